import type { ShardType } from '../core/ids.ts';
import type { Bytes } from '../core/quantity.ts';
import { topologicalOrder } from '../core/topological-order.ts';
import type { Profile } from '../profile/profile.ts';
import type { WorkEstimate } from '../shards/work-estimate.ts';
import type { Operation, OperationId, Workflow } from '../workflow/definition.ts';
import { estimateWork } from './estimate-work.ts';

export interface WorkflowRequest {
  readonly workflow: Workflow;
  /** What the inputs of the operations that come first really hold, as their layouts say. */
  readonly inputBytes: ReadonlyMap<OperationId, Bytes>;
  /** The shard type that each operation has on its own, before chains are fused. */
  readonly types: ReadonlyMap<OperationId, ShardType>;
  readonly profiles: ReadonlyMap<ShardType, Profile>;
}

/**
 * Estimates every operation of a workflow, following the volume of data along its edges.
 *
 * An input that lies there is measured. An input that another operation makes is that one's input times the ratio of
 * output to input of its earlier runs; without such a run the author's estimate, and without that the ratio is 1.
 *
 * @throws {ForeshardError} `CyclicWorkflow` or `DanglingEdge`
 * @complexity O(n s log s + m) for n operations, m edges and s samples a type
 */
export function estimateWorkflow(request: WorkflowRequest): ReadonlyMap<OperationId, WorkEstimate> {
  const { workflow, types, profiles } = request;
  const estimates = new Map<OperationId, WorkEstimate>();
  const outputs = new Map<OperationId, Output>();
  for (const operation of inOrder(workflow.operations)) {
    const type = types.get(operation.id) ?? operation.task;
    const bytes = bytesOf(operation, request, outputs);
    estimates.set(operation.id, estimateWork({ operation, bytes, type, profiles }));
    outputs.set(operation.id, outputOf(bytes, profiles.get(type)));
  }
  return estimates;
}

function inOrder(operations: readonly Operation[]): readonly Operation[] {
  const nodes = operations.map((operation) => ({
    id: operation.id,
    after: operation.after.map((dependency) => dependency.operation),
    operation,
  }));
  return topologicalOrder(nodes).map(({ operation }) => operation);
}

interface Output {
  readonly bytes: Bytes;
  /** True when earlier runs show how much comes out, false when it is only assumed. */
  readonly observed: boolean;
}

function bytesOf(
  { id, after, estimates }: Operation,
  { inputBytes }: WorkflowRequest,
  outputs: ReadonlyMap<OperationId, Output>,
): Bytes {
  const measured = inputBytes.get(id);
  if (measured !== undefined) return measured;
  const inputs = after.flatMap(({ operation }) => outputs.get(operation) ?? []);
  const flowing = inputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const observed = inputs.length > 0 && inputs.every((input) => input.observed);
  return observed ? flowing : (estimates.bytes ?? flowing);
}

/** The ratio of the sums: a mean of ratios would let the smallest shards decide. */
function outputOf(bytes: Bytes, profile: Profile | undefined): Output {
  const read = profile?.samples.reduce((sum, { bytesIn }) => sum + bytesIn, 0) ?? 0;
  const written = profile?.samples.reduce((sum, { bytesOut }) => sum + bytesOut, 0) ?? 0;
  return read > 0 ? { bytes: (bytes * written) / read, observed: true } : { bytes, observed: false };
}
