import { describe, expect, it } from 'vitest';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import type { Table } from '../../lib/ports/table.ts';
import { abortExecution } from '../../lib/recover/abort-execution.ts';
import { sweepRuns } from '../../lib/recover/sweep-runs.ts';
import { closeRun, enterRun, readActiveRuns } from '../../lib/run/active-run.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { commitShard } from '../../lib/run/commit-shard.ts';
import { changeLedger } from '../../lib/run/ledger-store.ts';
import { readRun } from '../../lib/run/read-run.ts';
import { readSlots, writeSlot } from '../../lib/run/slot-store.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';
import { storedRun } from '../fixtures/stored-run.ts';
import { readShard } from '../run/run-fixture.ts';

const SWEEP = { closer: 'sweep', closingMs: 1_000, until: 9e9 };
const EXECUTION = 'the-execution';

/** A run of two operations, carried out by an execution under another name, with a slot, a claimed shard and a hold. */
async function scene() {
  const services = memoryServices({ settings: { zones: ['az1', 'az2'] } });
  const { table, executions, settings } = services;
  const run = await storedRun(services, [
    { id: 'a', ranges: [{ start: 0, end: 10 }] },
    { id: 'b', after: [{ operation: 'a', edge: 'wide' }] },
  ]);
  await executions.start('workflow', EXECUTION, {});
  await enterRun(table, { run, execution: EXECUTION, now: 0, isOver: async () => false });
  const slot = { run, slot: 'slot-0', pool: '1769-az1', zone: 'az1', memoryTierMiB: 1_769, startedAt: 0 };
  await writeSlot(table, { ...slot, until: 500_000, status: 'STARTED' });
  await executions.start('slot', 'slot-0', {});
  const request = { owner: 'slot-0:call', now: 0, leaseMs: 60_000, graceMs: 2_000, attemptMax: 3 };
  const claim = await claimShard(table, await readShard(table, run, 'a/0'), request);
  if (!claim.claimed) throw new Error('it was free');
  const [pool] = listPools(settings, new Set());
  if (!pool) throw new Error('there are pools');
  const hold = (of: string, from = 0) =>
    changeLedger(table, {
      pool: { pool: pool.id, slotMax: pool.slotMax },
      writer: `${of}${from}`,
      decide: ({ holds, ...rest }) => ({
        ledger: { ...rest, holds: [...holds, { run: of, slotCount: 2, from, until: 9e9, guaranteed: false }] },
        answer: undefined,
      }),
    });
  await hold(run);
  const holders = async () => {
    const holds = [];
    for await (const item of table.query({ partition: 'LEDGER' })) holds.push(...(item.holds as { run: string }[]));
    return holds.map((one) => one.run);
  };
  return { services, run, lease: claim.lease, hold, holders };
}

describe('sweepRuns', () => {
  it('ends a run whose execution is over, whatever that was called: slots, shards, ledger', async () => {
    const { services, run, holders } = await scene();
    services.executions.end(EXECUTION, 'TIMED_OUT');
    expect(await sweepRuns(SWEEP, services)).toEqual({ aborted: [run], repaired: [], orphanedSlotCount: 0 });
    expect(services.executions.stopped.has('slot-0')).toBe(true);
    expect((await readSlots(services.table, run)).map(({ status }) => status)).toEqual(['ENDED']);
    const view = await readRun(services.table, run);
    expect(view.run).toMatchObject({ state: 'ENDED', outcome: 'aborted' });
    expect(view.shards.get('a/0')).toMatchObject({ state: 'READY', attempts: 1 });
    expect(await holders()).toEqual([]);
    expect(await readActiveRuns(services.table)).toEqual([]);
    expect(await sweepRuns(SWEEP, services)).toEqual({ aborted: [], repaired: [], orphanedSlotCount: 0 });
  });

  it('begins at any of the runs: where there are more than time, each has its turn', async () => {
    const { services, run } = await scene();
    services.executions.end(EXECUTION, 'FAILED');
    const all = [run, 'run-y', 'run-z'].sort();
    for (const other of ['run-y', 'run-z']) {
      await enterRun(services.table, {
        run: other,
        execution: `execution-of-${other}`,
        now: 0,
        isOver: async () => false,
      });
    }
    const [a = '', b = '', c = ''] = all;
    expect((await sweepRuns(SWEEP, { ...services, random: () => 0.99 })).aborted).toEqual([c, a, b]);
  });

  it('leaves what a run holds that goes on, frees what its dead slots held, and finishes what was cut off', async () => {
    const { services, run, lease, holders } = await scene();
    // the worker dies right after its commit: nobody has told the operation, and who waits for it
    let updateCount = 0;
    const update: Table['update'] = async (...call) => {
      updateCount += 1;
      if (updateCount > 1) throw new ForeshardError('StoreUnavailable', 'the worker is dead');
      return services.table.update(...call);
    };
    await advanceCursor(services.table, lease, { cursor: 10, leaseUntil: 60_000 });
    await commitShard({ ...services.table, update }, lease, { cursor: 10, output: {}, now: 5 });
    expect((await readShard(services.table, run, 'a/0')).state).toBe('DONE');
    expect((await readShard(services.table, run, 'b/0')).state).toBe('BLOCKED');
    services.executions.end('slot-0', 'FAILED');
    expect(await sweepRuns(SWEEP, services)).toMatchObject({ aborted: [], repaired: [run] });
    expect((await readSlots(services.table, run)).map(({ status }) => status)).toEqual(['ENDED']);
    expect((await readShard(services.table, run, 'b/0')).state).toBe('READY');
    expect(await holders()).toEqual([run]);
    expect(await readActiveRuns(services.table)).toHaveLength(1);
  });

  it('gives back slots of a run that nobody carries out, and none that were taken since it looked', async () => {
    const { services, run, hold, holders } = await scene();
    await hold('orphan');
    let reads = 0;
    const query: Table['query'] = (request) => {
      if (request.partition === 'ACTIVE') reads += 1;
      return services.table.query(request);
    };
    const put: Table['put'] = async (item, condition) => {
      // another sweep may be as far as this one when the run is resumed and plans
      if (item.partition === 'LEDGER' && reads === 1) {
        reads += 1;
        await hold('orphan', 7);
      }
      return services.table.put(item, condition);
    };
    const swept = await sweepRuns(SWEEP, { ...services, table: { ...services.table, query, put } });
    expect(swept.orphanedSlotCount).toBe(2);
    expect(await holders()).toEqual([run, 'orphan']);
  });

  it('leaves a run to who clears it up already, and takes it up when that one has died', async () => {
    const { services, run, holders } = await scene();
    services.executions.end(EXECUTION, 'ABORTED');
    const other = { closer: 'other', now: 0, closingMs: 1_000 };
    await closeRun(services.table, { run, execution: EXECUTION }, other);
    expect(await sweepRuns(SWEEP, services)).toMatchObject({ aborted: [] });
    expect(await holders()).toEqual([run]);
    await services.clock.pass(1_001);
    expect(await sweepRuns(SWEEP, services)).toMatchObject({ aborted: [run] });
  });

  it('sweeps the other runs when one fails, and then says which one', async () => {
    const { services, run } = await scene();
    await enterRun(services.table, { run: 'broken', execution: 'x', now: 0, isOver: async () => false });
    services.executions.end(EXECUTION, 'FAILED');
    const describe: typeof services.executions.describe = async (machine, name) => {
      if (name === 'x') throw new ForeshardError('StoreUnavailable', 'Step Functions does not answer');
      return services.executions.describe(machine, name);
    };
    const faulty = { ...services, executions: { ...services.executions, describe } };
    await expect(sweepRuns(SWEEP, faulty)).rejects.toThrow(
      /^1 runs could not be swept.*'broken': Step Functions does not answer$/,
    );
    expect((await readActiveRuns(services.table)).map((one) => one.run)).toEqual(['broken']);
    expect((await readRun(services.table, run)).run.state).toBe('ENDED');
  });

  it('begins no run when its time is over', async () => {
    const { services } = await scene();
    services.executions.end(EXECUTION, 'FAILED');
    await services.clock.pass(10);
    expect(await sweepRuns({ ...SWEEP, until: 10 }, services)).toMatchObject({ aborted: [] });
    expect(await readActiveRuns(services.table)).toHaveLength(1);
  });
});

describe('abortExecution', () => {
  it('finds the run of an execution, and leaves one alone that another execution has taken over', async () => {
    const { services, run, holders } = await scene();
    const pools = listPools(services.settings, new Set());
    const ended = { execution: 'an-earlier-one', closer: 'c', closingMs: 1_000 };
    expect(await abortExecution(ended, pools, services)).toBeUndefined();
    expect(await holders()).toEqual([run]);
    expect(await abortExecution({ ...ended, execution: EXECUTION }, pools, services)).toBe(run);
    expect(await holders()).toEqual([]);
  });

  it('is what a rule and the state Abort do; an execution that was not let in ends nobody else’s run', async () => {
    const { services, run } = await scene();
    const start = deliver(services, 'sharder', { execution: 'second', input: { run, workflow: 'w.json' } });
    await expect(start).rejects.toMatchObject({ name: 'InvalidInput' });
    const state = { run, error: { Error: 'InvalidInput' } };
    await deliver(services, 'aborter', { execution: 'second', state });
    expect((await readRun(services.table, run)).run.state).toBe('OPEN');
    await deliver(services, 'aborter', { execution: EXECUTION, state: { error: { Error: 'TIMED_OUT' } } });
    expect((await readRun(services.table, run)).run.state).toBe('ENDED');
  });
});
