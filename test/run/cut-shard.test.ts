import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { collect } from '../../lib/core/collect.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { cutShard } from '../../lib/run/cut-shard.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { releaseShard } from '../../lib/run/release-shard.ts';
import { endOf } from '../../lib/run/shard-record.ts';
import { claimed, readShard, startRun } from './run-fixture.ts';

const table = memoryTable();

/** The ranges of everything that was not removed, in order. */
async function ranges(run: string): Promise<readonly (readonly [number, number])[]> {
  const shards = (await collect(readShards(table, run))).filter(({ state }) => state !== 'REMOVED');
  return shards.map((shard) => [shard.range.start, endOf(shard)] as const).sort((a, b) => a[0] - b[0]);
}

describe('cutShard', () => {
  it('cuts a waiting shard into as many parts as were asked for', async () => {
    const run = await startRun(table, [{ id: 'a', shardCount: 1 }]);
    expect(await cutShard(table, await readShard(table, run, 'a/0'), { cutsAt: [3, 5, 8], now: 1_000 })).toBe(3);
    expect(await ranges(run)).toEqual([
      [0, 3],
      [3, 5],
      [5, 8],
      [8, 10],
    ]);
  });

  it('goes on where another has cut at the same units ahead of it', async () => {
    const run = await startRun(table, [{ id: 'a', shardCount: 1 }]);
    let overtaken = false;
    const get: typeof table.get = async (key) => {
      if (!overtaken && key.sort === 'SHARD#a/0' && (await readShard(table, run, 'a/0')).splitAt === 8) {
        overtaken = true;
        await cutShard(table, await readShard(table, run, 'a/0'), { cutsAt: [3, 5], now: 1_000 });
      }
      return table.get(key);
    };
    const behind = await readShard(table, run, 'a/0');
    await cutShard({ ...table, get }, behind, { cutsAt: [3, 5, 8], now: 1_000 });
    expect(overtaken).toBe(true);
    expect(await ranges(run)).toEqual([
      [0, 3],
      [3, 5],
      [5, 8],
      [8, 10],
    ]);
  });

  it('makes the cuts that a running worker has not read past, and no other', async () => {
    const run = await startRun(table, [{ id: 'a', shardCount: 1 }]);
    const { lease, shard } = await claimed(table, await readShard(table, run, 'a/0'));
    await advanceCursor(table, lease, { cursor: 4, leaseUntil: 9_000 });
    expect(await cutShard(table, shard, { cutsAt: [3, 5, 8], now: 1_000 })).toBe(2);
    expect(await ranges(run)).toEqual([
      [0, 5],
      [5, 8],
      [8, 10],
    ]);
  });

  it('leaves a shard alone that another attempt has taken since', async () => {
    const run = await startRun(table, [{ id: 'a', shardCount: 1 }]);
    const { shard } = await claimed(table, await readShard(table, run, 'a/0'));
    const verdict = { kind: 'retry', attempts: 1, memoryTierMiB: shard.memoryTierMiB, zone: shard.zone } as const;
    await releaseShard(table, shard, { verdict, now: 1_000 });
    await claimed(table, await readShard(table, run, 'a/0'));
    expect(await cutShard(table, shard, { cutsAt: [3, 5], now: 1_000 })).toBe(0);
    expect(await ranges(run)).toEqual([[0, 10]]);
  });

  it('never loses or doubles a unit, whatever the worker reads between two cuts', async () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.scheduler(), fc.integer({ min: 1, max: 10 }), async (asked, scheduler, to) => {
        const run = await startRun(table, [{ id: 'a', shardCount: 1 }]);
        const { lease, shard } = await claimed(table, await readShard(table, run, 'a/0'));
        const cutsAt = asked.toSorted((a, b) => a - b);
        const update = scheduler.scheduleFunction(table.update);
        const slow = { ...table, update };
        const read = async () => {
          for (let cursor = 1; cursor <= to; cursor += 1) {
            const advance = await advanceCursor(slow, lease, { cursor, leaseUntil: 9_000 });
            if (advance.kind !== 'advanced') return;
          }
        };
        await scheduler.waitFor(Promise.all([read(), cutShard(slow, shard, { cutsAt, now: 1_000 })]));
        const parts = await ranges(run);
        expect(parts[0]?.[0]).toBe(0);
        expect(parts.at(-1)?.[1]).toBe(10);
        for (const [at, [start]] of parts.entries()) if (at > 0) expect(start).toBe(parts[at - 1]?.[1]);
        const head = await readShard(table, run, 'a/0');
        expect(head.cursor).toBeLessThanOrEqual(endOf(head));
      }),
      { numRuns: 200 },
    );
  });
});
