import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import type { Table } from '../../lib/ports/table.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { keepLease } from '../../lib/run/work-lease.ts';
import { virtualClock } from '../virtual-clock.ts';
import { CLAIM, claimed, readShard, startRun } from './run-fixture.ts';

const LEASE_MS = CLAIM.leaseMs;

/** A shard that is claimed at 0 and kept. */
async function keptShard({ timeLimitMs = 60_000, timeLeftMs = 900_000, slowed = (table: Table) => table } = {}) {
  const table = memoryTable();
  const run = await startRun(table, [{ id: 'a', shardCount: 1 }]);
  const clock = virtualClock();
  const { lease } = await claimed(table, await readShard(table, run, 'a/0'), { now: 0 });
  const kept = keepLease(
    lease,
    { table: slowed(table), clock },
    { cursor: 0, leaseMs: LEASE_MS, timeLimitMs, timeLeftMs },
  );
  return { table, clock, kept, read: () => readShard(table, run, 'a/0') };
}

/** Takes the shard as a rival does who believes that its lease ran out. */
async function takeOver(table: Table, shard: Awaited<ReturnType<typeof readShard>>): Promise<void> {
  const rival = await claimShard(table, shard, { owner: 'slot-2:b', now: 99_000, ...CLAIM });
  expect(rival.claimed).toBe(true);
}

describe('keepLease', () => {
  it('renews the lease long before it runs out, for as long as the task goes on', async () => {
    const { clock, kept, read } = await keptShard();
    for (let look = 1; look <= 40; look += 1) {
      await clock.pass(137);
      // two renewals may fail: at any moment more than a third of the lease is left
      expect((await read()).leaseUntil).toBeGreaterThan(clock.now() + LEASE_MS / 3);
    }
    expect(kept.signal.aborted).toBe(false);
    kept.stop();
  });

  it('keeps the cursor with a renewal: the heartbeat neither loses nor takes anything', async () => {
    const { clock, kept, read } = await keptShard();
    expect(await kept.advance(4)).toEqual({ kind: 'advanced', end: 10 });
    await clock.pass(2 * LEASE_MS);
    expect(await read()).toMatchObject({ cursor: 4 });
    expect((await read()).leaseUntil).toBeGreaterThan(clock.now());
    kept.stop();
  });

  it('outlives two renewals that the store refuses, and goes on with the third', async () => {
    let refusals = 2;
    const slowed = (table: Table): Table => ({
      ...table,
      async update(key, change, condition) {
        refusals -= 1;
        if (refusals >= 0) throw new Error('the store is away');
        return table.update(key, change, condition);
      },
    });
    const { clock, kept, read } = await keptShard({ slowed });
    await clock.pass(LEASE_MS);
    expect((await read()).leaseUntil).toBeGreaterThan(LEASE_MS);
    expect(kept.signal.aborted).toBe(false);
    kept.stop();
  });

  it('aborts with LeaseLost at the next renewal after another slot has taken the shard', async () => {
    const { table, clock, kept, read } = await keptShard();
    await takeOver(table, await read());
    await clock.pass(LEASE_MS / 2);
    expect(kept.signal.reason).toMatchObject({ name: 'LeaseLost', message: expect.stringContaining("'a/0'") });
    expect((await read()).owner).toBe('slot-2:b');
  });

  it('aborts with LeaseLost when the cursor shows it first', async () => {
    const { table, kept, read } = await keptShard();
    await takeOver(table, await read());
    expect(await kept.advance(5)).toEqual({ kind: 'lost', outrun: false });
    expect(kept.signal.reason).toMatchObject({ name: 'LeaseLost' });
  });

  it('aborts with ShardTimedOut when the attempt has used up its time, to the millisecond, and renews no more', async () => {
    const { clock, kept, read } = await keptShard({ timeLimitMs: 2_500 });
    await clock.pass(2_499);
    expect(kept.signal.aborted).toBe(false);
    await clock.pass(1);
    expect(kept.signal.reason).toMatchObject({ name: 'ShardTimedOut', message: expect.stringContaining('2500 ms') });
    const { leaseUntil } = await read();
    await clock.pass(10 * LEASE_MS);
    expect((await read()).leaseUntil).toBe(leaseUntil);
  });

  it('renews nothing once it was stopped, and is not late then', async () => {
    const { clock, kept, read } = await keptShard({ timeLimitMs: 2_500 });
    await clock.pass(500);
    kept.stop();
    const { leaseUntil } = await read();
    await clock.pass(5_000);
    expect((await read()).leaseUntil).toBe(leaseUntil);
    expect(kept.signal.aborted).toBe(false);
  });
});
