import { ForeshardError } from '../core/foreshard-error.ts';
import { topologicalOrder } from '../core/topological-order.ts';
import type { Operation, OperationId, Workflow } from '../workflow/definition.ts';
import type { TaskName } from '../workflow/task-name.ts';
import type { CutKind, CuttableOperation } from './cuttable-operation.ts';
import type { InputLayout } from './input-layout.ts';
import type { WorkEstimate } from './work-estimate.ts';

/** What is known of a workflow's operations before they are cut. */
export interface OperationFacts {
  readonly workflow: Workflow;
  /** Of every operation with an input. */
  readonly layouts: ReadonlyMap<OperationId, InputLayout>;
  /** Of every operation. */
  readonly estimates: ReadonlyMap<OperationId, WorkEstimate>;
  /** Version of each task's code; 1 where there is none. */
  readonly versions: ReadonlyMap<TaskName, number>;
}

/**
 * The operations in topological order, each with the way in which it can be cut.
 *
 * @throws {ForeshardError} `CyclicWorkflow`, `DanglingEdge`; `InvalidInput` when a layout or an estimate is missing
 */
export function cuttableOperations(facts: OperationFacts): readonly CuttableOperation[] {
  const { workflow, versions } = facts;
  const nodes = workflow.operations.map((operation) => ({
    id: operation.id,
    after: operation.after.map((dependency) => dependency.operation),
    operation,
  }));
  return topologicalOrder(nodes).map(({ operation }) => ({
    id: operation.id,
    steps: [{ operation: operation.id, task: operation.task, params: operation.params }],
    type: `${operation.task}@${versions.get(operation.task) ?? 1}`,
    after: operation.after,
    kind: kindOf(operation),
    divisible: operation.divisible,
    source: operation.input,
    sourceLayout: operation.input && required(facts.layouts, operation.id, 'layout'),
    partitionWeights: operation.partitions,
    replicate: operation.replicate,
    estimate: required(facts.estimates, operation.id, 'estimate'),
  }));
}

function kindOf({ input, after, divisible }: Operation): CutKind {
  if (input) return 'source';
  if (divisible === false || after.length === 0) return 'whole';
  return after.some(({ edge }) => edge === 'narrow') ? 'shard' : 'partition';
}

function required<Value>(map: ReadonlyMap<string, Value>, id: string, what: string): Value {
  const value = map.get(id);
  if (value === undefined) {
    throw new ForeshardError('InvalidInput', `operation '${id}' has no ${what}; give one before the workflow is cut`);
  }
  return value;
}
