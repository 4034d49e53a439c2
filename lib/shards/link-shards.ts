import { intakeNeed, type Need, narrowNeed, type ShardId, wideNeed } from '../core/ids.ts';
import type { OperationId } from '../workflow/definition.ts';
import { stepOf } from './backlog-layout.ts';
import type { CutOperation } from './cut-operations.ts';
import { narrowPredecessors, predecessors } from './cuttable-operation.ts';
import type { Shard } from './sharding.ts';

/**
 * Makes the shards of all operations and joins them: along a narrow edge range to overlapping range, along every other
 * edge through the predecessor's one barrier, so that a shuffle of N into M has N + M edges and not N x M.
 *
 * @param cut in topological order
 * @complexity O(shards + narrow edges)
 */
export function linkShards(cut: readonly CutOperation[]): readonly Shard[] {
  const counts = new Map(cut.map(({ operation, ranges }) => [operation.id, ranges.length]));
  const feeds = new Map<ShardId, ShardId[]>();
  const shards = cut.flatMap(({ operation, layout, ranges }) =>
    ranges.map(({ start, end, bytes }, index): Shard => {
      const id = shardId(operation.id, index);
      const needs: Need[] = [];
      if (layout.unit === 'arrival') needs.push(intakeNeed(operation.id, stepOf({ start })));
      const narrow = new Set(narrowPredecessors(operation));
      for (const before of predecessors(operation)) {
        const byShard = narrow.has(before) && !(start === 0 && end === counts.get(before) && end > 1);
        if (!byShard) needs.push(wideNeed(before));
        for (let at = start; byShard && at < end; at += 1) {
          needs.push(narrowNeed(shardId(before, at)));
          pushTo(feeds, shardId(before, at), id);
        }
      }
      return {
        id,
        operation: operation.id,
        index,
        type: operation.type,
        range: { start, end },
        bytes,
        needs,
        feeds: [],
      };
    }),
  );
  return shards.map((shard) => ({ ...shard, feeds: feeds.get(shard.id) ?? [] }));
}

function shardId(operation: OperationId, index: number): ShardId {
  return `${operation}/${index}`;
}

function pushTo(map: Map<ShardId, ShardId[]>, key: ShardId, value: ShardId): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
