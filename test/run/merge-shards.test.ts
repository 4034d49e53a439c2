import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { collect } from '../../lib/core/collect.ts';
import type { Table } from '../../lib/ports/table.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { mergeShards } from '../../lib/run/merge-shards.ts';
import { nextReady } from '../../lib/run/next-ready.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { runProgress } from '../../lib/run/run-progress.ts';
import { endOf } from '../../lib/run/shard-record.ts';
import { splitShard } from '../../lib/run/split-shard.ts';
import { sweepRun } from '../../lib/run/sweep-run.ts';
import { scheduledTable } from '../fixtures/scheduled-table.ts';
import { CLAIM, claimed, type Edge, finishClaimed, readShard, startRun, TIER_MIB } from './run-fixture.ts';

const NOW = 1_100;
const WIDE: readonly Edge[] = [
  { id: 'a', shardCount: 3 },
  { id: 'b', shardCount: 1, after: [{ operation: 'a', edge: 'wide' }] },
];

async function started(edges = WIDE) {
  const table = memoryTable();
  const run = await startRun(table, edges);
  const read = (shard: string) => readShard(table, run, shard);
  const merge = async (head: string, next: string) =>
    mergeShards(table, { head: await read(head), next: await read(next) }, NOW);
  const sweep = () => sweepRun(table, { run, now: NOW, graceMs: 100, judge: () => ({ kind: 'poison', attempts: 9 }) });
  return { table, run, read, merge, sweep };
}

describe('mergeShards', () => {
  it('makes one shard of neighbours, which alone is ready, and whose commit completes the indexes of all', async () => {
    const { table, run, read, merge } = await started();
    expect(await merge('a/0', 'a/1')).toMatchObject({ merged: true });
    expect(await merge('a/0', 'a/2')).toMatchObject({ merged: true });
    const ready = await nextReady(table, { run, memoryTierMiB: TIER_MIB, zone: 'az1', limit: 9 });
    expect(ready.map((shard) => [shard.shard, shard.range.start, endOf(shard)])).toEqual([['a/0', 0, 30]]);
    expect(ready[0]).toMatchObject({ bytes: 3_000 });
    expect(await read('b/0')).toMatchObject({ state: 'BLOCKED' });
    const { lease } = await claimed(table, await read('a/0'));
    expect(await advanceCursor(table, lease, { cursor: 30, leaseUntil: 3_000 })).toEqual({ kind: 'advanced', end: 30 });
    await finishClaimed(table, lease, 30);
    expect(await read('b/0')).toMatchObject({ state: 'READY' });
    await finishClaimed(table, (await claimed(table, await read('b/0'))).lease, 10);
    expect((await runProgress(table, run)).state).toBe('complete');
  });

  it.each([
    ['two indexes', 20, []],
    ['a cut', 1, [4]],
  ])('costs seven write units for %s, which is what the decision prices', async (_what, shardCount, cuts) => {
    const { table, read } = await started([{ id: 'a', shardCount }]);
    for (const at of cuts) await splitShard(table, await read('a/0'), { at, now: NOW });
    const [head, next] = [await read('a/0'), await read(cuts.length > 0 ? 'a/0.1' : 'a/1')];
    let unitCount = 0;
    const update: Table['update'] = async (key, change, condition) => {
      const listed = (await table.get(key))?.queue;
      const write = await table.update(key, change, condition);
      unitCount += listed === undefined && (await table.get(key))?.queue === undefined ? 1 : 2;
      return write;
    };
    expect(await mergeShards({ ...table, update }, { head, next }, NOW)).toMatchObject({ merged: true });
    expect(unitCount).toBe(7);
  });

  it('undoes a cut, and cuts what it has merged', async () => {
    const { table, read, merge } = await started([{ id: 'a', shardCount: 1 }]);
    await splitShard(table, await read('a/0'), { at: 4, now: NOW });
    expect(await merge('a/0', 'a/0.1')).toMatchObject({ merged: true });
    expect(await read('a/0')).toMatchObject({ splitAt: 10, cuts: 2, bytes: 1_000 });
    expect(await splitShard(table, await read('a/0'), { at: 7, now: NOW })).toMatchObject({
      cut: true,
      tail: { shard: 'a/0.3', range: { start: 7, end: 10 } },
    });
  });

  it('leaves shards alone that are claimed, no neighbours, or waited for one by one', async () => {
    const { table, read, merge } = await started([
      { id: 'a', shardCount: 3 },
      { id: 'b', shardCount: 3, after: [{ operation: 'a', edge: 'narrow' }] },
    ]);
    expect(await merge('a/0', 'a/1')).toEqual({ merged: false });
    await expect(merge('a/0', 'a/2')).rejects.toMatchObject({ name: 'InvalidInput' });
    const [head, next] = [await read('a/0'), await read('a/1')];
    await claimed(table, next);
    expect(await mergeShards(table, { head, next }, NOW)).toEqual({ merged: false });
    expect(await read('a/1')).toMatchObject({ state: 'RUNNING' });
  });

  it('gives the second back when the first was claimed meanwhile', async () => {
    const { table, run, read } = await started();
    const [head, next] = [await read('a/0'), await read('a/1')];
    await claimed(table, head);
    expect(await mergeShards(table, { head, next }, NOW)).toEqual({ merged: false });
    const back = await read('a/1');
    expect(back).toMatchObject({ state: 'READY', range: { start: 10, end: 20 } });
    expect(back.into).toBeUndefined();
    const ready = await nextReady(table, { run, memoryTierMiB: TIER_MIB, zone: 'az1', limit: 9 });
    expect(ready.map(({ shard }) => shard)).toEqual(['a/1', 'a/2']);
  });

  it('keeps every unit in exactly one shard, whatever comes first: merges, a cut, a claim, and a sweep', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { table, run, read, sweep } = await started();
        const [first, second, third] = [await read('a/0'), await read('a/1'), await read('a/2')];
        const slow = scheduledTable(table, scheduler);
        const merges = Promise.allSettled([
          mergeShards(slow, { head: first, next: second }, NOW),
          mergeShards(slow, { head: second, next: third }, NOW),
          mergeShards(slow, { head: first, next: second }, NOW),
          splitShard(slow, first, { at: 5, now: NOW }),
          claimShard(slow, second, { ...CLAIM, owner: 'slot:x', now: NOW }),
        ]);
        await scheduler.waitFor(merges);
        await sweep();
        const open = (await collect(readShards(table, run))).filter(
          ({ operation, state }) => operation === 'a' && state !== 'REMOVED',
        );
        const ranges = open.map((shard) => [shard.range.start, endOf(shard)] as const);
        ranges.sort((a, b) => a[0] - b[0]);
        expect(ranges[0]?.[0]).toBe(0);
        expect(ranges.at(-1)?.[1]).toBe(30);
        for (const [at, [start]] of ranges.entries()) if (at > 0) expect(start).toBe(ranges[at - 1]?.[1]);
        expect(open.map(({ state }) => state)).not.toContain('MERGING');
      }),
    );
  });
});
