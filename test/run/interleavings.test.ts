import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { collect } from '../../lib/core/collect.ts';
import type { Table } from '../../lib/ports/table.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { commitShard } from '../../lib/run/commit-shard.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { runProgress } from '../../lib/run/run-progress.ts';
import { endOf, type ShardRecord } from '../../lib/run/shard-record.ts';
import { splitShard } from '../../lib/run/split-shard.ts';
import { sweepRun } from '../../lib/run/sweep-run.ts';
import { scheduledTable } from '../fixtures/scheduled-table.ts';
import { claimed, finish, readShard, startRun } from './run-fixture.ts';

/** Reads a shard to its end block by block, as a worker does, and commits it. */
async function readAndCommit(table: Table, shard: ShardRecord, blockSize: number): Promise<readonly number[]> {
  const { lease } = await claimed(table, shard);
  const units: number[] = [];
  let cursor = shard.range.start;
  let end = endOf(shard);
  while (cursor < end) {
    const to = Math.min(end, cursor + blockSize);
    const advance = await advanceCursor(table, lease, { cursor: to, leaseUntil: 2_000 });
    if (advance.kind === 'lost') return [];
    end = advance.end;
    for (; advance.kind === 'advanced' && cursor < to; cursor += 1) units.push(cursor);
  }
  const commit = await commitShard(table, lease, { cursor, output: {}, now: 1_500 });
  expect(commit.kind).toBe('committed');
  return units;
}

const ONE = [{ id: 'a', shardCount: 1 }];
const judge = () => ({ kind: 'poison', attempts: 1 }) as const;
const positions = fc.integer({ min: 1, max: 9 });

describe('every order of a worker, two cuts and a sweep', () => {
  it('gives each unit to exactly one committed shard', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        positions,
        positions,
        fc.integer({ min: 1, max: 4 }),
        async (scheduler, first, second, block) => {
          const table = memoryTable();
          const run = await startRun(table, ONE);
          const slow = scheduledTable(table, scheduler);
          const seen = await readShard(table, run, 'a/0');
          const read = readAndCommit(slow, seen, block);
          const cuts = [first, second].map(async (at) => {
            const now = (await collect(readShards(slow, run))).find(({ shard }) => shard === 'a/0') ?? seen;
            if (at < endOf(now)) await splitShard(slow, now, { at, now: 1_000 });
          });
          const sweep = sweepRun(slow, { run, now: 1_000, graceMs: 100, judge });
          await scheduler.waitFor(Promise.all([read, ...cuts, sweep]));
          const units = [...(await read)];
          for (const shard of await collect(readShards(table, run))) {
            if (shard.state !== 'READY') continue;
            await finish(table, run, shard.shard);
            for (let unit = shard.range.start; unit < endOf(shard); unit += 1) units.push(unit);
          }
          expect(units.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
          expect((await runProgress(table, run)).state).toBe('complete');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('opens what waits, also what is cut while it is being opened', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.constantFrom('narrow' as const, 'wide' as const),
        positions,
        async (scheduler, edge, at) => {
          const table = memoryTable();
          const run = await startRun(table, [
            { id: 'a', shardCount: 2 },
            { id: 'b', shardCount: 2, after: [{ operation: 'a', edge }] },
          ]);
          const slow = scheduledTable(table, scheduler);
          const waiting = await readShard(table, run, 'b/0');
          const commits = ['a/0', 'a/1'].map((shard) => finish(slow, run, shard));
          await scheduler.waitFor(Promise.all([...commits, splitShard(slow, waiting, { at, now: 1_000 })]));
          const shards = await collect(readShards(table, run));
          const successors = shards.filter(({ operation, state }) => operation === 'b' && state !== 'REMOVED');
          expect(successors.map(({ state }) => state)).toEqual(successors.map(() => 'READY'));
        },
      ),
      { numRuns: 60 },
    );
  });
});
