import { canaryNeed } from '../core/ids.ts';
import type { Predictions } from '../observe/predictions.ts';
import type { ShardRecord } from '../run/shard-record.ts';
import type { ShardedOperation } from '../shards/sharding.ts';
import type { Mergeable } from './candidate.ts';

/** Which shards of an operation may be merged. */
export interface MergeRules {
  /** True when shards of different indexes may: no narrow successor waits for one of them. */
  readonly mergesIndexes: boolean;
  mergeable(record: ShardRecord, predictions: Predictions): Mergeable | undefined;
}

/**
 * Says which shards may be merged: those that wait for a worker, but no canaries, whose verdict counts each of them, and
 * nothing of a backlog, whose steps are read apart.
 *
 * @param records those of the operation
 */
export function mergeRules({ layout, type }: ShardedOperation, records: readonly ShardRecord[]): MergeRules {
  const onTrial = records.some(({ state, needs, met }) => {
    return state === 'BLOCKED' && needs.includes(canaryNeed(type)) && !met.has(canaryNeed(type));
  });
  const never = onTrial || layout.unit === 'arrival';
  return {
    mergesIndexes: records.every(({ feeds }) => feeds.length === 0),
    mergeable({ state, root, memoryTierMiB, ...record }, predictions) {
      const need = state === 'READY' && !never ? predictions.need({ root, ...record }) : undefined;
      return need && { root, memoryTierMiB, memoryUpperMiB: need.memoryMiB.upper };
    },
  };
}
