import type { DataSource, Dependency, Operation, OperationId } from '../workflow/definition.ts';
import type { InputLayout } from './input-layout.ts';
import type { Step } from './sharding.ts';
import type { WorkEstimate } from './work-estimate.ts';

/**
 * How an operation's input is cut: its own data source, the key partitions of a shuffle, the shards of a narrow
 * predecessor, or not at all.
 */
export type CutKind = 'source' | 'partition' | 'shard' | 'whole';

/** An operation, or a fused chain of them, with all that decides into how many shards it may be cut. */
export interface CuttableOperation {
  readonly id: OperationId;
  readonly steps: readonly Step[];
  readonly type: string;
  readonly after: readonly Dependency[];
  readonly kind: CutKind;
  readonly divisible: Operation['divisible'];
  readonly source: DataSource | undefined;
  readonly sourceLayout: InputLayout | undefined;
  readonly partitionWeights: readonly number[] | undefined;
  readonly replicate: boolean;
  readonly estimate: WorkEstimate;
}

/** The predecessors that an operation reads shard by shard; the others it waits for as a whole. */
export function narrowPredecessors({ kind, after }: Pick<CuttableOperation, 'kind' | 'after'>): readonly OperationId[] {
  return kind === 'shard' ? after.filter(({ edge }) => edge === 'narrow').map(({ operation }) => operation) : [];
}

/** The names of the operations that come before. */
export function predecessors({ after }: Pick<CuttableOperation, 'after'>): readonly OperationId[] {
  return after.map(({ operation }) => operation);
}
