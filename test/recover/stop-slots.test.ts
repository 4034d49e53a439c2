import { describe, expect, it } from 'vitest';
import { recoverRun } from '../../lib/recover/recover-run.ts';
import { stopSlots } from '../../lib/recover/stop-slots.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { copyShard } from '../../lib/run/copy-shard.ts';
import { readSlots, writeSlot } from '../../lib/run/slot-store.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { storedRun } from '../fixtures/stored-run.ts';
import { readShard } from '../run/run-fixture.ts';

const CLAIM = { now: 0, leaseMs: 1_000, graceMs: 100, attemptMax: 3 };

/** Two slots; the first holds the shard. */
async function started(shardLeaseMs = CLAIM.leaseMs) {
  const services = memoryServices({ settings: { graceMs: CLAIM.graceMs } });
  const { table, executions } = services;
  const run = await storedRun(services, [{ id: 'a', ranges: [{ start: 0, end: 10 }] }]);
  for (const slot of ['slot-0', 'slot-1']) {
    const record = { run, slot, pool: '1769-az1', zone: 'az1', memoryTierMiB: 1_769, startedAt: 0, until: 500_000 };
    await writeSlot(table, { ...record, status: 'STARTED' });
    await executions.start('slot', slot, {});
  }
  const original = { ...CLAIM, leaseMs: shardLeaseMs, owner: 'slot-0:x' };
  await claimShard(table, await readShard(table, run, 'a/0'), original);
  const statuses = async () => (await readSlots(table, run)).map(({ slot, status }) => [slot, status]);
  return { services, run, statuses };
}

/** The second one holds a copy of it. */
async function copied(shardLeaseMs = CLAIM.leaseMs) {
  const scene = await started(shardLeaseMs);
  const { table } = scene.services;
  const { run } = scene;
  await copyShard(table, await readShard(table, run, 'a/0'), { zone: 'az1', now: 0 });
  await claimShard(table, await readShard(table, run, 'a/0~1'), { ...CLAIM, owner: 'slot-1:x' });
  return scene;
}

describe('stopSlots', () => {
  it('stops whoever works at a copy, and whoever a copy was faster than', async () => {
    const { services, run, statuses } = await copied();
    await stopSlots(run, services);
    expect([...services.executions.stopped.keys()].toSorted()).toEqual(['slot-0', 'slot-1']);
    expect(await statuses()).toEqual([
      ['slot-0', 'ENDED'],
      ['slot-1', 'ENDED'],
    ]);
    expect(await readShard(services.table, run, 'a/0~1')).toMatchObject({ state: 'REMOVED' });
  });

  it('leaves the slots of a run without copies to see the end by themselves', async () => {
    const { services, run } = await started();
    await stopSlots(run, services);
    expect(services.executions.stopped.size).toBe(0);
  });
});

describe('recoverRun', () => {
  it('stops a slot whose copy went silent, and leaves the shard beside it to its worker', async () => {
    const { services, run, statuses } = await copied(60_000);
    await services.clock.pass(CLAIM.leaseMs + CLAIM.graceMs + 1);
    await recoverRun(run, services);
    expect(await statuses()).toEqual([
      ['slot-0', 'STARTED'],
      ['slot-1', 'ENDED'],
    ]);
  });
});
