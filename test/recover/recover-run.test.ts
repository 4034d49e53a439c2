import { describe, expect, it } from 'vitest';
import { listPools } from '../../lib/plan/list-pools.ts';
import type { Table } from '../../lib/ports/table.ts';
import { abortRun } from '../../lib/recover/abort-run.ts';
import { endRun, reopenRun } from '../../lib/recover/end-run.ts';
import { freeDeadSlots, freeShards } from '../../lib/recover/free-shards.ts';
import { recoverRun, recoverSlot } from '../../lib/recover/recover-run.ts';
import { requireResumable } from '../../lib/recover/require-resumable.ts';
import { resumeRun } from '../../lib/recover/resume-run.ts';
import { changeZone, readZones } from '../../lib/recover/zone-store.ts';
import { enterRun } from '../../lib/run/active-run.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { readAttempts, storeAttempts } from '../../lib/run/attempt-store.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { changeLedger } from '../../lib/run/ledger-store.ts';
import { readRun } from '../../lib/run/read-run.ts';
import { releaseShard } from '../../lib/run/release-shard.ts';
import { readyQueue } from '../../lib/run/shard-record.ts';
import { readSlots, writeSlot } from '../../lib/run/slot-store.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';
import { storedRun } from '../fixtures/stored-run.ts';
import { anAttempt } from '../profile/an-attempt.ts';
import { finishClaimed, readShard } from '../run/run-fixture.ts';

const LEASE_MS = 60_000;
const FAILURE = { name: 'WorkerDied', message: 'it is gone' };

/** A run with four shards and two slots; each slot holds the shard of its number and runs as an execution. */
async function scene(settings: Parameters<typeof memoryServices>[0] = {}) {
  const services = memoryServices({ ...settings, settings: { zones: ['az1', 'az2'], ...settings?.settings } });
  const ranges = [0, 1, 2, 3].map((at) => ({ start: 10 * at, end: 10 * at + 10 }));
  const run = await storedRun(services, [{ id: 'a', ranges }]);
  const leases = [];
  for (const at of [0, 1]) {
    const slot = `slot-${at}`;
    const record = { run, slot, pool: '1769-az1', zone: 'az1', memoryTierMiB: 1_769, startedAt: 0 };
    await writeSlot(services.table, { ...record, until: 500_000, status: 'STARTED' });
    await services.executions.start('slot', slot, {});
    const claim = await claimShard(services.table, await readShard(services.table, run, `a/${at}`), {
      owner: `${slot}:call`,
      now: 0,
      leaseMs: LEASE_MS,
      graceMs: 2_000,
      attemptMax: 3,
    });
    if (claim.claimed) leases.push(claim.lease);
  }
  const states = async () => {
    const { shards } = await readRun(services.table, run);
    return [...shards.values()].map(({ state }) => state);
  };
  const statuses = async () => (await readSlots(services.table, run)).map(({ status }) => status);
  return { services, run, leases, states, statuses };
}

const slotOf = (run: string, slot: string) => ({ run, slot, zone: 'az1', memoryTierMiB: 1_769 });

describe('freeShards', () => {
  it('frees what the dead slot held and nothing else, at once, and sends it to another zone', async () => {
    const { services, run, states } = await scene();
    await services.clock.pass(1_234);
    const freed = await freeShards({ slot: slotOf(run, 'slot-0'), failure: FAILURE }, services);
    expect(freed.map(({ shard }) => shard)).toEqual(['a/0']);
    expect(await states()).toEqual(['READY', 'RUNNING', 'READY', 'READY']);
    expect(await readShard(services.table, run, 'a/0')).toMatchObject({ attempts: 1, zone: 'az2', error: FAILURE });
    expect(await readAttempts(services.table, run)).toMatchObject([
      { shard: 'a/0', epoch: 1, outcome: 'failed', error: 'WorkerDied', startedAt: 0, durationMs: 1_234 },
    ]);
  });

  it('does not take the name of a slot for that of another one that begins alike', async () => {
    const { services, run } = await scene();
    expect(await freeShards({ slot: slotOf(run, 'slot'), failure: FAILURE }, services)).toEqual([]);
  });

  it('lets the word of a worker stand that had committed after all', async () => {
    const { services, run, leases } = await scene();
    // the worker commits between the look at the shard and its release
    const table: Table = {
      ...services.table,
      async update(key, change, condition) {
        if (key.sort === 'SHARD#a/0' && change.set?.state === 'READY' && leases[0]) {
          await finishClaimed(services.table, leases[0], 10);
          await storeAttempts(services.table, [anAttempt({ run, shard: 'a/0', operation: 'a', type: 'a@1' })]);
        }
        return services.table.update(key, change, condition);
      },
    };
    expect(await freeShards({ slot: slotOf(run, 'slot-0'), failure: FAILURE }, { ...services, table })).toEqual([]);
    expect((await readShard(services.table, run, 'a/0')).state).toBe('DONE');
    expect(await readAttempts(services.table, run)).toMatchObject([{ shard: 'a/0', outcome: 'committed' }]);
  });

  it('changes nothing the second time', async () => {
    const { services, run } = await scene();
    await freeShards({ slot: slotOf(run, 'slot-0'), failure: FAILURE }, services);
    const before = await readShard(services.table, run, 'a/0');
    expect(await freeShards({ slot: slotOf(run, 'slot-0'), failure: FAILURE }, services)).toEqual([]);
    expect(await readShard(services.table, run, 'a/0')).toEqual(before);
  });
});

describe('freeDeadSlots', () => {
  it.each(['FAILED', 'SUCCEEDED', 'TIMED_OUT', 'ABORTED'] as const)(
    'ends a slot whose execution has %s and frees its shard; a slot that runs goes on',
    async (status) => {
      const { services, run, states, statuses } = await scene();
      services.executions.end('slot-1', status);
      await freeDeadSlots(run, services);
      expect(await states()).toEqual(['RUNNING', 'READY', 'READY', 'READY']);
      expect(await statuses()).toEqual(['STARTED', 'ENDED']);
    },
  );

  it('ends a slot that was written and never started', async () => {
    const { services, run } = await scene();
    const record = { ...slotOf(run, 'slot-9'), pool: '1769-az1', startedAt: 0, until: 9, status: 'STARTED' as const };
    await writeSlot(services.table, record);
    await freeDeadSlots(run, services);
    expect((await readSlots(services.table, run)).find(({ slot }) => slot === 'slot-9')?.status).toBe('ENDED');
  });
});

describe('recoverRun', () => {
  it('leaves a run alone in which everything is alive', async () => {
    const { services, run, states, statuses } = await scene();
    await services.clock.pass(LEASE_MS);
    await recoverRun(run, services);
    expect(await states()).toEqual(['RUNNING', 'RUNNING', 'READY', 'READY']);
    expect(await statuses()).toEqual(['STARTED', 'STARTED']);
    expect(services.executions.stopped.size).toBe(0);
  });

  it('stops a slot whose worker hangs: its lease ran out, and its execution goes on', async () => {
    const { services, run, leases, states, statuses } = await scene();
    await services.clock.pass(LEASE_MS + 2_001);
    if (leases[1]) await advanceCursor(services.table, leases[1], { cursor: 15, leaseUntil: 2 * LEASE_MS });
    await recoverRun(run, services);
    expect([...services.executions.stopped.keys()]).toEqual(['slot-0']);
    expect(await states()).toEqual(['READY', 'RUNNING', 'READY', 'READY']);
    expect(await statuses()).toEqual(['ENDED', 'STARTED']);
    // a worker that goes on without an end may lack vCPUs: a tier up
    expect(await readShard(services.table, run, 'a/0')).toMatchObject({ memoryTierMiB: 3_538, attempts: 1 });
  });
});

describe('recoverSlot', () => {
  const failed = (run: string) => ({ run, slot: 'slot-0', failure: FAILURE });

  it('frees the shards of the invocation and lets the slot go on while the plan has a use for it', async () => {
    const { services, run, states } = await scene();
    const answer = await recoverSlot(failed(run), services);
    expect(answer).toEqual({ outcome: 'idle', checkAt: new Date(100).toISOString() });
    expect(await states()).toEqual(['READY', 'RUNNING', 'READY', 'READY']);
  });

  it.each([
    ['its grant is over', async ({ clock }: MemoryServices) => clock.pass(500_000)],
    [
      'its run has ended',
      async (services: MemoryServices, run: string) => {
        await hold(services, run);
        await endRun({ run, execution: 'e', outcome: 'met' }, [], services);
      },
    ],
  ])('ends the slot when %s', async (_, end) => {
    const { services, run, statuses } = await scene();
    await end(services, run);
    expect(await recoverSlot(failed(run), services)).toMatchObject({ outcome: 'done' });
    expect(await statuses()).toEqual(['ENDED', 'STARTED']);
  });

  const drain = ({ table }: MemoryServices, zone: string) =>
    changeZone(table, zone, (health) => ({ ...health, drain: { by: 'operator', since: 0 } }));

  it('ends the slot when its zone is drained', async () => {
    const { services, run, statuses } = await scene();
    await drain(services, 'az2');
    expect(await recoverSlot(failed(run), services)).toMatchObject({ outcome: 'idle' });
    await drain(services, 'az1');
    await changeZone(services.table, 'az2', ({ drain: _drain, ...rest }) => rest);
    expect(await recoverSlot(failed(run), services)).toMatchObject({ outcome: 'done' });
    expect(await statuses()).toEqual(['ENDED', 'STARTED']);
  });

  it('sends a shard to no zone that is closed', async () => {
    const { services, run } = await scene({ settings: { zones: ['az1', 'az2', 'az3'] } });
    await drain(services, 'az2');
    await recoverSlot(failed(run), services);
    expect((await readShard(services.table, run, 'a/0')).zone).toBe('az3');
  });

  it('counts an invocation that died before it held a shard against its zone, and others not', async () => {
    const { services, run } = await scene();
    const badCount = async () => {
      const [health] = await readZones(services.table, ['az1']);
      return health?.breaker.buckets.reduce((sum, { bad }) => sum + bad, 0);
    };
    await recoverSlot(failed(run), services);
    expect(await badCount()).toBe(0);
    await recoverSlot(failed(run), services);
    expect(await badCount()).toBe(1);
    await recoverSlot({ ...failed(run), failure: { name: 'TypeError', message: 'a bug' } }, services);
    expect(await badCount()).toBe(1);
  });

  it('is done with a slot that nobody knows', async () => {
    const { services, run } = await scene();
    expect(await recoverSlot({ ...failed(run), slot: 'nobody' }, services)).toMatchObject({ outcome: 'done' });
  });
});

/** Holds of the run and of another one in every pool. */
async function hold({ table, settings }: MemoryServices, run: string, execution = 'e') {
  await enterRun(table, { run, execution, now: 0, isOver: async () => false });
  const pools = listPools(settings, new Set());
  for (const { id, slotMax } of pools) {
    const holds = [run, 'other'].map((of) => ({ run: of, slotCount: 1, from: 0, until: 9e9, guaranteed: false }));
    const decide = () => ({ ledger: { pool: id, slotMax, holds }, answer: undefined });
    await changeLedger(table, { pool: { pool: id, slotMax }, writer: 'test', decide });
  }
  return pools;
}

describe('abortRun', () => {
  it('stops every slot, frees what they held, ends the run and gives back its slots in the ledger', async () => {
    const { services, run, states, statuses } = await scene();
    const pools = await hold(services, run);
    await services.clock.pass(50);
    await abortRun({ run, execution: 'e' }, pools, services);
    expect([...services.executions.stopped.keys()]).toEqual(['slot-0', 'slot-1']);
    expect(await states()).toEqual(['READY', 'READY', 'READY', 'READY']);
    expect(await statuses()).toEqual(['ENDED', 'ENDED']);
    expect((await readRun(services.table, run)).run).toMatchObject({ state: 'ENDED', outcome: 'aborted', endedAt: 50 });
    for await (const { holds } of services.table.query({ partition: 'LEDGER' })) {
      expect(holds).toMatchObject([{ run: 'other' }]);
    }
  });

  it('may be repeated, and leaves a run at that which was never stored', async () => {
    const { services, run } = await scene();
    await hold(services, run);
    for (const one of [run, run, 'unknown']) await abortRun({ run: one, execution: 'e' }, [], services);
    expect(await services.table.get({ partition: 'RUN#unknown', sort: 'RUN' })).toBeUndefined();
  });
});

describe('endRun and reopenRun', () => {
  it('leave alone what the next execution of the run holds, when the one before ends it once more', async () => {
    const { services, run } = await scene();
    await hold(services, run);
    await endRun({ run, execution: 'e', outcome: 'incomplete' }, [], services);
    await reopenRun(run, services);
    const pools = await hold(services, run, 'f');
    await endRun({ run, execution: 'e', outcome: 'incomplete' }, pools, services);
    expect((await readRun(services.table, run)).run.state).toBe('OPEN');
    for await (const { holds } of services.table.query({ partition: 'LEDGER' })) expect(holds).toHaveLength(2);
  });

  it('keep the first outcome', async () => {
    const { services, run } = await scene();
    for (const outcome of ['met', 'aborted']) {
      await hold(services, run);
      await endRun({ run, execution: 'e', outcome }, [], services);
    }
    expect((await readRun(services.table, run)).run.outcome).toBe('met');
  });

  it.each([
    ['aborted', 'OPEN'],
    ['incomplete', 'OPEN'],
    ['met', 'ENDED'],
    ['missed', 'ENDED'],
  ])('an %s run is %s after it was opened again', async (outcome, state) => {
    const { services, run } = await scene();
    await hold(services, run);
    await endRun({ run, execution: 'e', outcome }, [], services);
    await reopenRun(run, services);
    const { run: record } = await readRun(services.table, run);
    expect({ state: record.state, outcome: record.outcome }).toEqual({
      state,
      outcome: state === 'OPEN' ? undefined : outcome,
    });
  });
});

describe('resumeRun', () => {
  it('tries again what was set aside, with all its attempts, and nothing else', async () => {
    const { services, run, leases, states } = await scene();
    const [claimed] = leases;
    if (!claimed) throw new Error('nothing was claimed');
    const shard = await readShard(services.table, run, claimed.shard);
    const verdict = { kind: 'poison', attempts: 3 } as const;
    await releaseShard(services.table, shard, { verdict, error: FAILURE, now: 5 });
    expect(await states()).toEqual(['POISONED', 'RUNNING', 'READY', 'READY']);
    await resumeRun(run, services);
    expect(await states()).toEqual(['READY', 'RUNNING', 'READY', 'READY']);
    const again = await readShard(services.table, run, claimed.shard);
    expect({ attempts: again.attempts, error: again.error, doneAt: again.doneAt }).toEqual({ attempts: 0 });
    const { memoryTierMiB } = again;
    const listed = await services.table.queryQueue({ queue: readyQueue(run, memoryTierMiB), limit: 10 });
    expect(listed.map(({ shard: id }) => id)).toContain(claimed.shard);
  });
});

describe('requireResumable', () => {
  it.each([
    ['met', /^run '.*' has ended \(met\), nothing of it is left to do/],
    ['missed', /has ended \(missed\)/],
    ['incomplete', undefined],
    ['aborted', undefined],
  ])('refuses a run that has done its work: %s', async (outcome, message) => {
    const { services, run } = await scene();
    await hold(services, run);
    await endRun({ run, execution: 'e', outcome }, [], services);
    const asked = requireResumable(run, undefined, services);
    if (message === undefined) await expect(asked).resolves.toBeUndefined();
    else await expect(asked).rejects.toThrow(message);
  });
});

describe('the worker', () => {
  it('sends what failed in its own zone to another one, also when it had taken it from there', async () => {
    const failing = defineTask({
      name: 'pass',
      async run({ sleep }) {
        await sleep(50);
        throw new Error('the network of this zone is down');
      },
    });
    // its time is over then: one shard is claimed, once
    const services = memoryServices({ tasks: [failing], settings: { zones: ['az1', 'az2'], invocationMs: 10 } });
    const run = await storedRun(services, [{ id: 'a' }]);
    // planned for az1, taken and failed in az2
    const slot = { run, slot: 's', pool: '1769-az2', zone: 'az2', memoryMiB: 1_769 };
    await services.clock.during(deliver(services, 'worker', slot));
    expect(await readShard(services.table, run, 'a/0')).toMatchObject({ state: 'READY', zone: 'az1', attempts: 1 });
  });

  it('sends what failed to no zone that is closed', async () => {
    const failing = defineTask({ name: 'pass', run: async () => Promise.reject(new Error('the network is down')) });
    const settings = { zones: ['az1', 'az2', 'az3'], invocationMs: 10, attemptMax: 2 };
    const services = memoryServices({ tasks: [failing], settings });
    const run = await storedRun(services, [{ id: 'a' }]);
    await changeZone(services.table, 'az2', (health) => ({ ...health, drain: { by: 'operator', since: 0 } }));
    const zones: string[] = [];
    const update: Table['update'] = async (key, change, condition) => {
      const write = await services.table.update(key, change, condition);
      if (change.set?.state === 'READY') zones.push(String(change.set.zone));
      return write;
    };
    const watched = { ...services, table: { ...services.table, update } };
    const slot = { run, slot: 's', pool: '1769-az1', zone: 'az1', memoryMiB: 1_769 };
    await services.clock.during(deliver(watched, 'worker', slot));
    expect(zones).toEqual(['az3']);
  });

  it('claims nothing in a zone that is closed, and its slot ends', async () => {
    const pass = defineTask({ name: 'pass', run: async () => undefined });
    const services = memoryServices({ tasks: [pass], settings: { zones: ['az1', 'az2'] } });
    const run = await storedRun(services, [{ id: 'a' }]);
    const slot = { run, slot: 's', pool: '1769-az1', zone: 'az1' };
    await writeSlot(services.table, { ...slot, memoryTierMiB: 1_769, startedAt: 0, until: 9e9, status: 'STARTED' });
    await changeZone(services.table, 'az1', (health) => ({ ...health, drain: { by: 'operator', since: 0 } }));
    const work = (name: string) =>
      services.clock.during(deliver(services, 'worker', { ...slot, slot: name, memoryMiB: 1_769 }));
    expect(await work('s')).toMatchObject({ outcome: 'done' });
    expect((await readShard(services.table, run, 'a/0')).state).toBe('READY');
    expect((await readSlots(services.table, run))[0]?.status).toBe('ENDED');
    await changeZone(services.table, 'az1', ({ drain: _drain, ...rest }) => rest);
    // one that has ended claims nothing more, whatever opens
    await work('s');
    expect((await readShard(services.table, run, 'a/0')).state).toBe('READY');
    await work('t');
    expect((await readShard(services.table, run, 'a/0')).state).toBe('DONE');
  });
});
