import { narrowNeed, wideNeed } from '../../lib/core/ids.ts';
import type { Table } from '../../lib/ports/table.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { commitShard } from '../../lib/run/commit-shard.ts';
import { type CutOperation, createRun } from '../../lib/run/create-run.ts';
import type { Lease } from '../../lib/run/lease.ts';
import { endOf, parseShard, type ShardRecord, shardKey } from '../../lib/run/shard-record.ts';
import type { Shard } from '../../lib/shards/sharding.ts';

export const TIER_MIB = 1_769;
export const CLAIM = { leaseMs: 1_000, graceMs: 100, attemptMax: 3 };

let runCount = 0;

/** A name that no other test uses, also not in a table that outlives the tests. */
export function freshRun(): string {
  runCount += 1;
  return `test-${process.pid}-${Date.now()}-${runCount}`;
}

export interface Edge {
  readonly id: string;
  readonly shardCount: number;
  readonly after?: readonly { readonly operation: string; readonly edge: 'narrow' | 'wide' }[];
  /** Needs of its shards beside those of its edges. */
  readonly needs?: (index: number) => readonly string[];
  /** @default the operation's own */
  readonly type?: string;
}

/** Operations of shards with ten units each; narrow edges join equal indexes. */
export function graph(edges: readonly Edge[]): {
  readonly operations: readonly CutOperation[];
  readonly shards: readonly Shard[];
} {
  const shards = edges.flatMap(({ id, shardCount, after = [], needs = () => [], type = `${id}@1` }) =>
    Array.from({ length: shardCount }, (_, index) => ({
      id: `${id}/${index}`,
      operation: id,
      index,
      type,
      range: { start: index * 10, end: index * 10 + 10 },
      bytes: 1_000,
      needs: [
        ...after.map(({ operation, edge }) =>
          edge === 'wide' ? wideNeed(operation) : narrowNeed(`${operation}/${index}`),
        ),
        ...needs(index),
      ],
      feeds: edges.flatMap((next) =>
        next.after?.some(({ operation, edge }) => operation === id && edge === 'narrow') ? [`${next.id}/${index}`] : [],
      ),
    })),
  );
  const operations = edges.map(({ id, shardCount, after = [], type = `${id}@1` }) => ({
    id,
    type,
    shardCount,
    after: [...after],
  }));
  return { operations, shards };
}

export async function startRun(table: Table, edges: readonly Edge[], chunkSize = 2): Promise<string> {
  const run = freshRun();
  await createRun(table, {
    run: { run, workflow: 'w', createdAt: 0, deadlineAt: 60_000, priority: 5 },
    sharding: graph(edges),
    place: () => ({ memoryTierMiB: TIER_MIB, zone: 'az1', rank: '5' }),
    chunkSize,
  });
  return run;
}

export async function readShard(table: Table, run: string, shard: string): Promise<ShardRecord> {
  const item = await table.get(shardKey(run, shard));
  if (!item) throw new Error(`no shard ${shard}`);
  return parseShard(item);
}

/** Claims a shard that can be claimed. */
export async function claimed(
  table: Table,
  shard: ShardRecord,
  by: { owner?: string; now?: number; aheadUnits?: number } = {},
) {
  const claim = await claimShard(table, shard, { owner: 'slot-1:a', now: 1_000, ...CLAIM, ...by });
  if (!claim.claimed) throw new Error(`${shard.shard} is ${claim.reason}`);
  return claim;
}

/** Claims a shard, reads it to its end and commits it. */
export async function finish(table: Table, run: string, shard: string): Promise<ShardRecord> {
  const { lease, shard: record } = await claimed(table, await readShard(table, run, shard));
  return finishClaimed(table, lease, endOf(record));
}

export async function finishClaimed(table: Table, lease: Lease, end: number): Promise<ShardRecord> {
  await advanceCursor(table, lease, { cursor: end, leaseUntil: 2_000 });
  const commit = await commitShard(table, lease, { cursor: end, output: { by: lease.owner }, now: 1_500 });
  if (commit.kind !== 'committed') throw new Error(`${lease.shard} is ${commit.kind}`);
  return commit.shard;
}
