import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { collect } from '../../lib/core/collect.ts';
import type { Table } from '../../lib/ports/table.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { commitShard } from '../../lib/run/commit-shard.ts';
import { copyShard } from '../../lib/run/copy-shard.ts';
import { nextReady } from '../../lib/run/next-ready.ts';
import { readCopies, readShards } from '../../lib/run/read-shards.ts';
import { releaseShard } from '../../lib/run/release-shard.ts';
import { runProgress } from '../../lib/run/run-progress.ts';
import { endOf, type ShardRecord } from '../../lib/run/shard-record.ts';
import { splitShard } from '../../lib/run/split-shard.ts';
import { sweepRun } from '../../lib/run/sweep-run.ts';
import { scheduledTable } from '../fixtures/scheduled-table.ts';
import { CLAIM, claimed, finishClaimed, readShard, startRun, TIER_MIB } from './run-fixture.ts';

const ONE = [{ id: 'a', shardCount: 1 }];
const COPY = 'a/0~1';

async function copied(edges = ONE) {
  const table = memoryTable();
  const run = await startRun(table, edges);
  const original = await claimed(table, await readShard(table, run, 'a/0'));
  await copyShard(table, original.shard, { zone: 'az2', now: 1_100 });
  const claimCopy = async () => claimed(table, await readShard(table, run, COPY), { owner: 'slot-2:b' });
  return { table, run, original, claimCopy };
}

describe('a copy', () => {
  it('is ready behind every shard, in another zone, for the whole range', async () => {
    const { table, run } = await copied([{ id: 'a', shardCount: 2 }]);
    const ready = await nextReady(table, { run, memoryTierMiB: TIER_MIB, zone: 'az1', limit: 9 });
    expect(ready.map(({ shard }) => shard)).toEqual(['a/1', COPY]);
    expect(await readShard(table, run, COPY)).toMatchObject({ zone: 'az2', range: { start: 0, end: 10 }, epoch: 0 });
  });

  it('is no shard of its operation', async () => {
    const { table, run } = await copied();
    expect((await collect(readShards(table, run))).map(({ shard }) => shard)).toEqual(['a/0']);
    expect((await runProgress(table, run)).operations).toMatchObject([{ total: 1, running: 1 }]);
  });

  it('is made once beside each attempt, and only beside one that runs', async () => {
    const { table, run, original, claimCopy } = await copied();
    await claimCopy();
    await copyShard(table, original.shard, { zone: 'az2', now: 1_200 });
    expect(await readShard(table, run, COPY)).toMatchObject({ state: 'RUNNING' });
    await copyShard(table, { ...original.shard, state: 'READY' }, { zone: 'az2', now: 1_200 });
    expect(await collect(readCopies(table, run))).toHaveLength(1);
  });

  it('commits for its shard, and whoever is second is told so', async () => {
    const { table, run, original, claimCopy } = await copied();
    await finishClaimed(table, (await claimCopy()).lease, 10);
    expect(await readShard(table, run, 'a/0')).toMatchObject({
      state: 'DONE',
      copy: COPY,
      cursor: 10,
      output: { by: 'slot-2:b' },
    });
    expect(await readShard(table, run, COPY)).toMatchObject({ state: 'DONE' });
    expect((await runProgress(table, run)).state).toBe('complete');
    const late = { cursor: 10, leaseUntil: 9_000 };
    expect(await advanceCursor(table, original.lease, late)).toEqual({ kind: 'lost', outrun: true });
    const commit = await commitShard(table, original.lease, { cursor: 10, output: { by: 'late' }, now: 1_600 });
    expect(commit).toEqual({ kind: 'lost', isOver: true });
    expect((await readShard(table, run, 'a/0')).output).toEqual({ by: 'slot-2:b' });
  });

  it('is not begun in a tier that was too small for its shard meanwhile', async () => {
    const { table, run, original } = await copied();
    const verdict = { kind: 'retry', attempts: 1, zone: 'az1', memoryTierMiB: 2 * TIER_MIB } as const;
    const error = { name: 'OutOfMemory', message: 'too much' };
    await releaseShard(table, original.shard, { verdict, error, now: 1_200 });
    const copy = await readShard(table, run, COPY);
    expect(await claimShard(table, copy, { ...CLAIM, owner: 'slot-2:b', now: 1_300 })).toMatchObject({
      claimed: false,
    });
    expect(await readShard(table, run, COPY)).toMatchObject({ state: 'REMOVED' });
  });

  it('learns with its next heartbeat that its shard is done, and loses', async () => {
    const { table, run, original, claimCopy } = await copied();
    const { lease } = await claimCopy();
    expect(await advanceCursor(table, lease, { cursor: 4, leaseUntil: 2_000 })).toEqual({ kind: 'advanced', end: 10 });
    await finishClaimed(table, original.lease, 10);
    expect(await advanceCursor(table, lease, { cursor: 8, leaseUntil: 2_000 })).toEqual({ kind: 'lost', outrun: true });
    expect(await commitShard(table, lease, { cursor: 10, output: {}, now: 1_600 })).toEqual({
      kind: 'lost',
      isOver: true,
    });
    expect(await readShard(table, run, COPY)).toMatchObject({ state: 'REMOVED' });
  });

  it('keeps its output while its shard is open: its commit may be under way yet, and come true by a cut', async () => {
    const { table, run, original, claimCopy } = await copied();
    const { lease } = await claimCopy();
    const hasty = { cursor: 4, output: { by: 'slot-2:b' }, now: 1_600 };
    expect(await commitShard(table, lease, hasty)).toEqual({ kind: 'lost', isOver: false });
    await splitShard(table, original.shard, { at: 4, now: 1_700 });
    expect(await commitShard(table, lease, hasty)).toMatchObject({ kind: 'committed' });
    expect((await readShard(table, run, 'a/0')).output).toEqual({ by: 'slot-2:b' });
  });

  it('loses when its shard was cut: what it has read belongs to two', async () => {
    const { table, run, original, claimCopy } = await copied();
    const { lease } = await claimCopy();
    await splitShard(table, original.shard, { at: 6, now: 1_200 });
    expect(await commitShard(table, lease, { cursor: 10, output: {}, now: 1_600 })).toEqual({
      kind: 'lost',
      isOver: false,
    });
    await finishClaimed(table, original.lease, 6);
    expect(await readShard(table, run, 'a/0')).toMatchObject({ state: 'DONE', output: { by: 'slot-1:a' } });
  });

  it('helps a shard whose first attempt has failed', async () => {
    const { table, run, claimCopy } = await copied();
    const later = { run, now: 9_000, graceMs: 100 };
    await sweepRun(table, {
      ...later,
      judge: () => ({ kind: 'retry', attempts: 1, memoryTierMiB: TIER_MIB, zone: 'az1' }),
    });
    await finishClaimed(table, (await claimCopy()).lease, 10);
    expect(await readShard(table, run, 'a/0')).toMatchObject({ state: 'DONE', epoch: 1, copy: COPY });
    expect(await nextReady(table, { run, memoryTierMiB: TIER_MIB, zone: 'az1', limit: 9 })).toEqual([]);
  });

  it('is not begun, and not kept, once its shard is over; who is silent with one is not followed', async () => {
    const { table, run, original } = await copied();
    const waiting = await readShard(table, run, COPY);
    await finishClaimed(table, original.lease, 10);
    const claim = await claimShard(table, waiting, { owner: 'slot-2:b', now: 1_300, ...CLAIM });
    expect(claim).toEqual({ claimed: false, reason: 'taken' });
    expect(await readShard(table, run, COPY)).toMatchObject({ state: 'REMOVED' });
    const silent = await copied();
    await silent.claimCopy();
    const now = 9_000;
    const poison = () => ({ kind: 'poison', attempts: 1 }) as const;
    const late = await readShard(silent.table, silent.run, COPY);
    expect(await claimShard(silent.table, late, { owner: 'slot-3:c', now, ...CLAIM })).toMatchObject({
      claimed: false,
    });
    await sweepRun(silent.table, { run: silent.run, now, graceMs: 100, judge: poison });
    expect(await readShard(silent.table, silent.run, COPY)).toMatchObject({ state: 'REMOVED' });
  });
});

describe('every order of an attempt, its copy and a cut', () => {
  it('commits each unit once, and tells exactly those who were first', async () => {
    const winners = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.option(fc.integer({ min: 1, max: 9 })), async (scheduler, at) => {
        const { table, run, original, claimCopy } = await copied();
        const copy = await claimCopy();
        const slow = scheduledTable(table, scheduler);
        const attempts = [original, copy].map(({ shard, lease }) => attempt(slow, shard, lease));
        const cut = at === null ? undefined : splitShard(slow, original.shard, { at, now: 1_200 });
        await scheduler.waitFor(Promise.all([...attempts, cut]));
        const told = (await Promise.all(attempts)).filter(({ committed }) => committed).map(({ by }) => by);
        const shards = (await collect(readShards(table, run))).filter(({ state }) => state !== 'REMOVED');
        const [head] = shards;
        expect(told).toEqual([(head?.output as { readonly by: string } | undefined)?.by]);
        for (const by of told) winners.add(by);
        expect(shards.map(({ range }) => range.start).slice(1)).toEqual(shards.slice(0, -1).map(endOf));
        expect(endOf(shards.at(-1) as ShardRecord)).toBe(10);
      }),
      { numRuns: 200 },
    );
    // each of them is first in some order
    expect(winners.size).toBe(2);
  });
});

async function attempt(table: Table, shard: ShardRecord, lease: Parameters<typeof commitShard>[1]) {
  let end = endOf(shard);
  for (;;) {
    const advance = await advanceCursor(table, lease, { cursor: end, leaseUntil: 5_000 });
    if (advance.kind === 'lost') return { by: lease.owner, committed: false };
    end = advance.end;
    if (advance.kind === 'cut') continue;
    const commit = await commitShard(table, lease, { cursor: end, output: { by: lease.owner }, now: 1_500 });
    if (commit.kind !== 'unfinished') return { by: lease.owner, committed: commit.kind === 'committed' };
    end = commit.end;
  }
}
