import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { makeChange } from '../../lib/reshard/make-change.ts';
import { readCopies, readShards } from '../../lib/run/read-shards.ts';
import { readSlots, writeSlot } from '../../lib/run/slot-store.ts';
import { readTypeTiers } from '../../lib/run/type-tier.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { claimed, readShard, startRun } from '../run/run-fixture.ts';

async function made(decision: Partial<Parameters<typeof makeChange>[0]>) {
  const services = memoryServices({ startAt: 2_000 });
  const { table } = services;
  const run = await startRun(table, [{ id: 'a', shardCount: 3 }]);
  for (const id of ['a/0', 'a/1']) await claimed(table, await readShard(table, run, id));
  const shards = await collect(readShards(table, run));
  const records = new Map(shards.map((record) => [record.shard, record]));
  const rest = { at: 0, operation: 'a', gainUsd: 1, costUsd: 0, savedMs: 1, taken: true, reason: '', change: 'copy' };
  await makeChange({ ...rest, ...decision }, { run, records, zones: ['az1', 'az2'] }, services);
  const after = await collect(readShards(table, run));
  return { after, copies: await collect(readCopies(table, run)), tiers: await readTypeTiers(table, run) };
}

describe('makeChange', () => {
  it('cuts every shard of a decision', async () => {
    const cuts = [
      { shard: 'a/0', cutsAt: [5] },
      { shard: 'a/2', cutsAt: [23, 27] },
    ];
    const { after } = await made({ change: 'split-running', shard: 'a/0', cuts });
    expect(after.map(({ shard, range, splitAt }) => [shard, range.start, splitAt])).toEqual([
      ['a/0', 0, 5],
      ['a/0.1', 5, undefined],
      ['a/1', 10, undefined],
      ['a/2', 20, 23],
      ['a/2.1', 27, undefined],
      ['a/2.2', 23, undefined],
    ]);
  });

  it('copies one shard, or all that are cloned, into another zone', async () => {
    expect((await made({ shard: 'a/0' })).copies).toMatchObject([{ shard: 'a/0~1', zone: 'az2', state: 'READY' }]);
    const { copies } = await made({ change: 'clone', shard: 'a/0', shards: ['a/0', 'a/1'] });
    expect(copies.map(({ shard }) => shard)).toEqual(['a/0~1', 'a/1~1']);
  });

  it('moves a type to another tier', async () => {
    const { tiers } = await made({ change: 'tier-up', tier: { type: 'a@1', memoryMiB: 7_076 } });
    expect([...tiers]).toEqual([['a@1', 7_076]]);
  });

  it('drops slots', async () => {
    const services = memoryServices({ startAt: 2_000 });
    const place = { pool: '1769-az1', zone: 'az1', memoryTierMiB: 1_769, startedAt: 0, until: 9_000 };
    for (const slot of ['s-0', 's-1']) await writeSlot(services.table, { run: 'r', slot, ...place, status: 'STARTED' });
    const slots = { from: 2, to: 1, vcpuMax: 2, dropped: ['s-1'] };
    const rest = { at: 0, gainUsd: 1, costUsd: 0, savedMs: 1, taken: true, reason: '', change: 'drop-slots' };
    await makeChange({ ...rest, slots }, { run: 'r', records: new Map(), zones: ['az1'] }, services);
    const droppedAt = (await readSlots(services.table, 'r')).map((slot) => slot.droppedAt);
    expect(droppedAt).toEqual([undefined, 2_000]);
  });

  it('merges neighbours that still wait', async () => {
    const { after } = await made({ change: 'merge', merges: [['a/1', 'a/2']] });
    expect(after[2]).toMatchObject({ state: 'READY', range: { start: 20, end: 30 } });
    const services = memoryServices({ startAt: 2_000 });
    const run = await startRun(services.table, [{ id: 'a', shardCount: 3 }]);
    const shards = await collect(readShards(services.table, run));
    const records = new Map(shards.map((record) => [record.shard, record]));
    const rest = { at: 0, operation: 'a', gainUsd: 1, costUsd: 0, savedMs: 1, taken: true, reason: '' };
    const merges = [['a/0', 'a/1', 'a/2']];
    await makeChange({ ...rest, change: 'merge', merges }, { run, records, zones: ['az1'] }, services);
    const merged = await collect(readShards(services.table, run));
    expect(merged.map(({ state, splitAt }) => [state, splitAt])).toEqual([
      ['READY', 30],
      ['REMOVED', undefined],
      ['REMOVED', undefined],
    ]);
  });

  it('gives a shard that is begun again to another zone, as an attempt that has failed', async () => {
    const { after } = await made({ change: 'restart', shard: 'a/1' });
    expect(after[1]).toMatchObject({ state: 'READY', attempts: 1, zone: 'az2', error: { name: 'ShardTimedOut' } });
    expect((await made({ change: 'restart', shard: 'a/2' })).after[2]).toMatchObject({ state: 'READY', attempts: 0 });
  });
});
