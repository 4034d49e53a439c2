import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { canaryNeed } from '../../lib/core/ids.ts';
import type { Table } from '../../lib/ports/table.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { commitShard } from '../../lib/run/commit-shard.ts';
import { createRun } from '../../lib/run/create-run.ts';
import { leaseOf } from '../../lib/run/lease.ts';
import { nextReady } from '../../lib/run/next-ready.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { releaseCanary } from '../../lib/run/release-need.ts';
import { releaseShard } from '../../lib/run/release-shard.ts';
import { runProgress } from '../../lib/run/run-progress.ts';
import { parseShard, shardItem } from '../../lib/run/shard-record.ts';
import { splitShard } from '../../lib/run/split-shard.ts';
import { sweepRun } from '../../lib/run/sweep-run.ts';
import { updatePlan } from '../../lib/run/update-plan.ts';
import {
  CLAIM,
  claimed,
  type Edge,
  finish,
  finishClaimed,
  graph,
  readShard,
  startRun,
  TIER_MIB,
} from '../run/run-fixture.ts';

const ONE: readonly Edge[] = [{ id: 'a', shardCount: 1 }];
const WIDE: readonly Edge[] = [
  { id: 'a', shardCount: 3 },
  { id: 'b', shardCount: 2, after: [{ operation: 'a', edge: 'wide' }] },
];
const NARROW: readonly Edge[] = [
  { id: 'a', shardCount: 2 },
  { id: 'b', shardCount: 2, after: [{ operation: 'a', edge: 'narrow' }] },
];
const RETRY = { kind: 'retry', attempts: 1, memoryTierMiB: 3_538, zone: 'az2' } as const;
const POISON = { kind: 'poison', attempts: 3 } as const;
const BROKEN = { name: 'TaskFailed', message: 'record 7 has no key' };

/** What the commit protocol promises, on any table. */
export function protocolContract(name: string, tableOf: () => Table): void {
  const ready = async (run: string, memoryTierMiB = TIER_MIB) =>
    (await nextReady(tableOf(), { run, memoryTierMiB, zone: 'az1', limit: 10 })).map(({ shard }) => shard);
  const states = async (run: string) =>
    Object.fromEntries((await collect(readShards(tableOf(), run))).map(({ shard, state }) => [shard, state]));
  const sweep = (run: string, now: number) => sweepRun(tableOf(), { run, now, graceMs: 100, judge: () => RETRY });

  describe(`commit protocol on ${name}`, () => {
    it('gives a record back as it was stored', async () => {
      const run = await startRun(tableOf(), ONE);
      const shard = {
        ...(await readShard(tableOf(), run, 'a/0')),
        output: { deep: [1, { two: null }] },
        error: BROKEN,
      };
      expect(parseShard(shardItem(shard))).toEqual(shard);
    });

    it('lists as ready what needs nothing, by rank, and nothing else', async () => {
      const run = await startRun(tableOf(), WIDE);
      await updatePlan(tableOf(), { run, generation: 1 }, [
        { shard: 'a/2', memoryTierMiB: TIER_MIB, zone: 'az1', rank: '1' },
        { shard: 'a/0', memoryTierMiB: TIER_MIB, zone: 'az2', rank: '0' },
        { shard: 'a/1', memoryTierMiB: 7_076, zone: 'az1', rank: '2' },
      ]);
      expect(await ready(run)).toEqual(['a/2', 'a/0']);
      expect(await ready(run, 7_076)).toEqual(['a/1']);
    });

    it('creates a run once: again changes nothing that has begun', async () => {
      const run = await startRun(tableOf(), WIDE);
      await finish(tableOf(), run, 'a/0');
      const before = await collect(readShards(tableOf(), run));
      const header = { run, workflow: 'w', createdAt: 9, deadlineAt: 9, priority: 1, documents: {} };
      const place = () => ({ memoryTierMiB: 1, zone: 'elsewhere', rank: '9' });
      await tableOf().update({ partition: `RUN#${run}`, sort: 'RUN' }, { set: { state: 'CREATING' } });
      expect((await createRun(tableOf(), { run: header, sharding: graph(WIDE), place })).createdAt).toBe(0);
      expect(await collect(readShards(tableOf(), run))).toEqual(before);
    });

    it('refuses another workflow under the name of a run', async () => {
      const run = await startRun(tableOf(), ONE);
      const header = { run, workflow: 'other', createdAt: 0, deadlineAt: 0, priority: 5, documents: {} };
      const place = () => ({ memoryTierMiB: TIER_MIB, zone: 'az1', rank: '5' });
      await expect(createRun(tableOf(), { run: header, sharding: graph(ONE), place })).rejects.toMatchObject({
        name: 'InvalidInput',
        message: expect.stringContaining("workflow 'w'"),
      });
    });

    it('lets one of many claimers have a shard, under a new epoch', async () => {
      const run = await startRun(tableOf(), ONE);
      const shard = await readShard(tableOf(), run, 'a/0');
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, one) =>
          claimShard(tableOf(), shard, { owner: `s:${one}`, now: 1_000, ...CLAIM }),
        ),
      );
      const won = claims.filter((claim) => claim.claimed);
      expect(won).toHaveLength(1);
      const now = await readShard(tableOf(), run, 'a/0');
      expect(now).toMatchObject({ state: 'RUNNING', epoch: 1, leaseUntil: 2_000, owner: won[0]?.lease.owner });
      expect(await ready(run)).toEqual([]);
    });

    it('recognises its own claim when the answer was lost', async () => {
      const run = await startRun(tableOf(), ONE);
      const shard = await readShard(tableOf(), run, 'a/0');
      const first = await claimed(tableOf(), shard, { owner: 's:me' });
      const again = await claimed(tableOf(), shard, { owner: 's:me' });
      expect(again.lease).toEqual(first.lease);
      expect((await claimShard(tableOf(), shard, { owner: 's:other', now: 1_000, ...CLAIM })).claimed).toBe(false);
    });

    it('leaves a lease alone to the last moment of its grace, then gives the shard a new epoch', async () => {
      const run = await startRun(tableOf(), ONE);
      await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      const held = await readShard(tableOf(), run, 'a/0');
      const at = (now: number) => claimShard(tableOf(), held, { owner: 's:late', now, ...CLAIM });
      expect(await at(2_100)).toEqual({ claimed: false, reason: 'taken' });
      expect(await at(2_101)).toMatchObject({ claimed: true, shard: { epoch: 2, attempts: 1, cursor: 0 } });
      expect(await advanceCursor(tableOf(), leaseOf(held), { cursor: 5, leaseUntil: 9_000 })).toEqual({
        kind: 'lost',
        outrun: false,
      });
      const commit = await commitShard(tableOf(), leaseOf(held), { cursor: 0, output: {}, now: 1 });
      expect(commit).toEqual({ kind: 'lost', isOver: false });
    });

    it('does not take over a shard whose last attempt it was', async () => {
      const run = await startRun(tableOf(), ONE);
      await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      const shard = { ...(await readShard(tableOf(), run, 'a/0')), attempts: 2 };
      const late = { owner: 's:late', now: 9_000, ...CLAIM };
      expect(await claimShard(tableOf(), shard, late)).toEqual({ claimed: false, reason: 'exhausted' });
    });

    it('renews the lease with the cursor, and never moves the cursor back', async () => {
      const run = await startRun(tableOf(), ONE);
      const { lease } = await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      expect(await advanceCursor(tableOf(), lease, { cursor: 4, leaseUntil: 3_000 })).toEqual({
        kind: 'advanced',
        end: 10,
      });
      expect(await advanceCursor(tableOf(), lease, { cursor: 4, leaseUntil: 4_000 })).toEqual({
        kind: 'advanced',
        end: 10,
      });
      await advanceCursor(tableOf(), lease, { cursor: 2, leaseUntil: 5_000 });
      expect(await readShard(tableOf(), run, 'a/0')).toMatchObject({ cursor: 4, leaseUntil: 4_000 });
    });

    it('commits only what was read to its end, and only once', async () => {
      const run = await startRun(tableOf(), ONE);
      const { lease } = await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      await advanceCursor(tableOf(), lease, { cursor: 4, leaseUntil: 3_000 });
      const early = await commitShard(tableOf(), lease, { cursor: 4, output: { part: 1 }, now: 1_200 });
      expect(early).toEqual({ kind: 'unfinished', end: 10 });
      const done = await finishClaimed(tableOf(), lease, 10);
      expect(done).toMatchObject({ state: 'DONE', output: { by: 'slot-1:a' }, doneAt: 1_500 });
      const again = await commitShard(tableOf(), lease, { cursor: 10, output: { other: true }, now: 9_999 });
      expect(again).toMatchObject({ kind: 'committed', shard: { output: { by: 'slot-1:a' }, doneAt: 1_500 } });
    });

    it('opens a wide successor with the last shard before it, over several chunks', async () => {
      const run = await startRun(tableOf(), WIDE);
      await finish(tableOf(), run, 'a/2');
      await finish(tableOf(), run, 'a/0');
      expect((await states(run))['b/0']).toBe('BLOCKED');
      await finish(tableOf(), run, 'a/1');
      expect(await ready(run)).toEqual(['b/0', 'b/1']);
      await finish(tableOf(), run, 'b/0');
      expect((await runProgress(tableOf(), run)).state).toBe('running');
      await finish(tableOf(), run, 'b/1');
      expect(await runProgress(tableOf(), run)).toMatchObject({
        state: 'complete',
        operations: [
          { operation: 'a', total: 3, done: 3 },
          { operation: 'b', total: 2, done: 2 },
        ],
      });
    });

    it('opens a narrow successor with the one shard before it', async () => {
      const run = await startRun(tableOf(), NARROW);
      await finish(tableOf(), run, 'a/1');
      expect(await states(run)).toMatchObject({ 'a/0': 'READY', 'b/0': 'BLOCKED', 'b/1': 'READY' });
    });

    it('holds a type back until its canaries were judged', async () => {
      const guarded = { id: 'a', shardCount: 3, needs: (index: number) => (index > 0 ? [canaryNeed('a@1')] : []) };
      const run = await startRun(tableOf(), [guarded]);
      expect(await ready(run)).toEqual(['a/0']);
      await releaseCanary(tableOf(), { run, type: 'other@1' }, 1_000);
      expect(await ready(run)).toEqual(['a/0']);
      await releaseCanary(tableOf(), { run, type: 'a@1' }, 1_000);
      expect(await ready(run)).toEqual(['a/0', 'a/1', 'a/2']);
    });

    it('tells many operations of a type at once, and no other type', async () => {
      const guarded = (id: string) => ({ id, shardCount: 1, type: 'many@1', needs: () => [canaryNeed('many@1')] });
      const others = { id: 'other', shardCount: 1, needs: () => [canaryNeed('other@1')] };
      const run = await startRun(tableOf(), [others, ...Array.from({ length: 20 }, (_, at) => guarded(`m${at}`))]);
      await releaseCanary(tableOf(), { run, type: 'many@1' }, 1_000);
      const { 'other/0': other, ...told } = await states(run);
      expect([other, new Set(Object.values(told))]).toEqual(['BLOCKED', new Set(['READY'])]);
    });

    it('gives a failed shard back to another tier and zone, only for its owner and epoch', async () => {
      const run = await startRun(tableOf(), ONE);
      const { shard } = await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      const release = { verdict: RETRY, error: BROKEN, now: 1_200 };
      expect(await releaseShard(tableOf(), { ...shard, owner: 's:other' }, release)).toEqual({ released: false });
      expect(await releaseShard(tableOf(), { ...shard, epoch: 7 }, release)).toEqual({ released: false });
      const early = { ...release, leaseEndedBefore: 2_000 };
      expect(await releaseShard(tableOf(), shard, early)).toEqual({ released: false });
      expect(await releaseShard(tableOf(), shard, release)).toMatchObject({
        released: true,
        shard: { state: 'READY', attempts: 1, zone: 'az2', error: BROKEN, epoch: 1 },
      });
      expect(await ready(run, 3_538)).toEqual(['a/0']);
      expect(await releaseShard(tableOf(), shard, release)).toMatchObject({ released: true });
    });

    it('sets poison aside, lets the rest run, and calls the run stuck when only the doomed are left', async () => {
      const run = await startRun(tableOf(), [
        ...NARROW,
        { id: 'c', shardCount: 1, after: [{ operation: 'b', edge: 'wide' }] },
      ]);
      const { shard } = await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      await releaseShard(tableOf(), shard, { verdict: POISON, error: BROKEN, now: 1_200 });
      const before = await runProgress(tableOf(), run);
      expect(before.state).toBe('running');
      expect([...before.doomedShards]).toEqual(['b/0', 'c/0']);
      await finish(tableOf(), run, 'a/1');
      await finish(tableOf(), run, 'b/1');
      expect(await runProgress(tableOf(), run)).toMatchObject({
        state: 'stuck',
        operations: [
          { operation: 'a', poisoned: 1, done: 1 },
          { operation: 'b', doomed: 1, done: 1, blocked: 0 },
          { operation: 'c', doomed: 1, blocked: 0 },
        ],
      });
      expect(await readShard(tableOf(), run, 'a/0')).toMatchObject({ attempts: 3, error: BROKEN });
    });

    it('cuts a waiting shard: two shards, one index, and the successor waits for both', async () => {
      const run = await startRun(tableOf(), NARROW);
      const cut = await splitShard(tableOf(), await readShard(tableOf(), run, 'a/0'), { at: 4, now: 1_000 });
      expect(cut).toMatchObject({
        cut: true,
        tail: { shard: 'a/0.1', range: { start: 4, end: 10 }, bytes: 600, state: 'READY' },
      });
      expect(await readShard(tableOf(), run, 'a/0')).toMatchObject({ splitAt: 4, bytes: 400 });
      await finish(tableOf(), run, 'a/0');
      expect((await states(run))['b/0']).toBe('BLOCKED');
      await finish(tableOf(), run, 'a/0.1');
      expect((await states(run))['b/0']).toBe('READY');
      expect((await runProgress(tableOf(), run)).operations[0]).toMatchObject({ total: 3, done: 2 });
    });

    it('cuts a shard that is still blocked, and tells its tail too', async () => {
      const run = await startRun(tableOf(), [
        ...NARROW,
        { id: 'c', shardCount: 1, after: [{ operation: 'b', edge: 'wide' }] },
      ]);
      await splitShard(tableOf(), await readShard(tableOf(), run, 'b/0'), { at: 5, now: 1_000 });
      await splitShard(tableOf(), await readShard(tableOf(), run, 'c/0'), { at: 5, now: 1_000 });
      await finish(tableOf(), run, 'a/0');
      expect(await states(run)).toMatchObject({ 'b/0': 'READY', 'b/0.1': 'READY', 'c/0.1': 'BLOCKED' });
      for (const shard of ['b/0', 'b/0.1', 'a/1', 'b/1']) await finish(tableOf(), run, shard);
      expect(await states(run)).toMatchObject({ 'c/0': 'READY', 'c/0.1': 'READY' });
    });

    it('cuts a running shard beyond its cursor, and its worker stops there', async () => {
      const run = await startRun(tableOf(), ONE);
      const { lease } = await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      await advanceCursor(tableOf(), lease, { cursor: 6, leaseUntil: 3_000 });
      const seen = await readShard(tableOf(), run, 'a/0');
      expect(await splitShard(tableOf(), seen, { at: 5, now: 1_000 })).toEqual({ cut: false });
      const cut = await splitShard(tableOf(), await readShard(tableOf(), run, 'a/0'), { at: 7, now: 1_000 });
      expect(cut).toMatchObject({ cut: true, tail: { shard: 'a/0.2', range: { start: 7, end: 10 } } });
      expect(await advanceCursor(tableOf(), lease, { cursor: 8, leaseUntil: 3_000 })).toEqual({ kind: 'cut', end: 7 });
      expect(await advanceCursor(tableOf(), lease, { cursor: 7, leaseUntil: 3_000 })).toEqual({
        kind: 'advanced',
        end: 7,
      });
      await finishClaimed(tableOf(), lease, 7);
      expect(await states(run)).toEqual({ 'a/0': 'DONE', 'a/0.1': 'REMOVED', 'a/0.2': 'READY' });
      await finish(tableOf(), run, 'a/0.2');
      expect((await runProgress(tableOf(), run)).state).toBe('complete');
    });

    it('lets one of two cuts at once be decided, and loses nothing', async () => {
      const run = await startRun(tableOf(), ONE);
      const seen = await readShard(tableOf(), run, 'a/0');
      await Promise.all([3, 6].map((at) => splitShard(tableOf(), seen, { at, now: 1_000 })));
      const shards = await collect(readShards(tableOf(), run));
      const cut = shards.find(({ shard }) => shard === 'a/0')?.splitAt;
      expect([3, 6]).toContain(cut);
      expect(shards.map(({ range }) => range.start)).toEqual([0, cut]);
    });

    it('cuts a tail again, and refuses a cut outside the range or of what is over', async () => {
      const run = await startRun(tableOf(), ONE);
      await splitShard(tableOf(), await readShard(tableOf(), run, 'a/0'), { at: 4, now: 1_000 });
      const tail = await readShard(tableOf(), run, 'a/0.1');
      for (const at of [4, 10, 3]) {
        await expect(splitShard(tableOf(), tail, { at, now: 1 })).rejects.toMatchObject({ name: 'InvalidInput' });
      }
      expect(await splitShard(tableOf(), tail, { at: 8, now: 1_000 })).toMatchObject({ tail: { shard: 'a/0.1.1' } });
      const done = await finish(tableOf(), run, 'a/0');
      expect(await splitShard(tableOf(), done, { at: 2, now: 1_000 })).toEqual({ cut: false });
      await finish(tableOf(), run, 'a/0.1');
      await finish(tableOf(), run, 'a/0.1.1');
      expect((await runProgress(tableOf(), run)).state).toBe('complete');
    });

    it('frees in the sweep what nobody works on any more, and nothing else', async () => {
      const run = await startRun(tableOf(), WIDE);
      await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      await claimed(tableOf(), await readShard(tableOf(), run, 'a/1'), { now: 5_000 });
      expect(await sweep(run, 2_100)).toEqual({ expired: [], repairCount: 0 });
      const { expired } = await sweep(run, 2_101);
      expect(expired.map(({ shard }) => shard)).toEqual(['a/0']);
      expect(await readShard(tableOf(), run, 'a/0')).toMatchObject({ state: 'READY', error: { name: 'WorkerDied' } });
    });

    it('follows a plan for what nobody has claimed, and no older one', async () => {
      const run = await startRun(tableOf(), WIDE);
      await claimed(tableOf(), await readShard(tableOf(), run, 'a/0'));
      const placed = ['a/0', 'a/1', 'b/0'].map((shard) => ({ shard, memoryTierMiB: 7_076, zone: 'az3', rank: '1' }));
      expect(await updatePlan(tableOf(), { run, generation: 2 }, placed)).toBe(2);
      const older = placed.map((one) => ({ ...one, memoryTierMiB: 3_538 }));
      expect(await updatePlan(tableOf(), { run, generation: 1 }, older)).toBe(0);
      expect(await ready(run, 7_076)).toEqual(['a/1']);
      expect(await readShard(tableOf(), run, 'b/0')).toMatchObject({ state: 'BLOCKED', zone: 'az3', generation: 2 });
      expect(await readShard(tableOf(), run, 'a/0')).toMatchObject({ memoryTierMiB: TIER_MIB, generation: 0 });
    });
  });
}
