import { ForeshardError } from '../core/foreshard-error.ts';
import type { Need } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Change, Condition, Table } from '../ports/table.ts';
import { covers, parseShard, readyQueue, type ShardRecord, shardKey } from './shard-record.ts';

/** Each failed try means that the plan moved the shard in between: more than this is no coincidence. */
const OPEN_TRIES_MAX = 16;

/**
 * Tells a waiting shard that needs of it are met, and makes it ready with the last of them. What was met stays met,
 * so a record read long ago is good enough, and repeating it changes nothing.
 *
 * @returns the shard as it is now
 * @throws {ForeshardError} `Throttled` when the plan changed under every try
 */
export async function openShard(
  table: Table,
  shard: ShardRecord,
  news: { readonly met: ReadonlySet<Need>; readonly now: EpochMs },
): Promise<ShardRecord> {
  let seen = shard;
  for (let tries = 0; tries < OPEN_TRIES_MAX; tries += 1) {
    if (seen.state !== 'BLOCKED') return seen;
    const opens = covers(seen.met.union(news.met), seen.needs);
    const write = await table.update(
      shardKey(seen.run, seen.shard),
      opens ? opening(seen, news) : { add: { met: news.met } },
      opens ? asPlanned(seen) : { attribute: 'state', equals: 'BLOCKED' },
    );
    if (!write.item) throw new ForeshardError('InvariantBroken', `shard '${seen.shard}' of run '${seen.run}' is gone`);
    seen = parseShard(write.item);
    if (write.applied && !covers(seen.met, seen.needs)) return seen;
  }
  if (seen.state !== 'BLOCKED') return seen;
  throw new ForeshardError(
    'Throttled',
    `shard '${seen.shard}' was planned anew ${OPEN_TRIES_MAX} times while it was opened`,
  );
}

function opening(shard: ShardRecord, news: { readonly met: ReadonlySet<Need>; readonly now: EpochMs }): Change {
  const queue = readyQueue(shard.run, shard.memoryTierMiB);
  return { set: { state: 'READY', readyAt: news.now, queue, rank: shard.rank }, add: { met: news.met } };
}

/** The queue follows from the plan: it may be entered only under the plan that was read. */
function asPlanned(shard: ShardRecord): Condition {
  return {
    all: [
      { attribute: 'state', equals: 'BLOCKED' },
      { attribute: 'memoryTierMiB', equals: shard.memoryTierMiB },
      { attribute: 'plannedRank', equals: shard.rank },
    ],
  };
}
