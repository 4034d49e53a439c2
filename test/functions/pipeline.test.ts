import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import type { Item } from '../../lib/ports/table.ts';
import { RunReport } from '../../lib/report/run-report.ts';
import { type AnyTask, defineTask } from '../../lib/run/define-task.ts';
import { readProfiles } from '../../lib/run/profile-store.ts';
import { readDocument } from '../../lib/run/run-document.ts';
import { runKey } from '../../lib/run/run-record.ts';
import { readSlots } from '../../lib/run/slot-store.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { type Delivery, deliver, pipeline } from '../fixtures/run-pipeline.ts';

const COUNT = 400;

interface Line {
  readonly value: number;
}

/** Passes records on by their last digit, slowly: 20 ms each. */
const spread = defineTask<unknown, Line>({
  name: 'spread',
  async run({ input, write, sleep }) {
    for await (const { records } of input) {
      for (const { value } of records) {
        await sleep(20);
        if (value < 0) throw new Error(`cannot bear ${value}`);
        write({ value }, String(value % 10));
      }
    }
  },
});

/** One record for every digit: how many there were, and their sum. */
const sum = defineTask<unknown, Line>({
  name: 'sum',
  async run({ input, write }) {
    const sums = new Map<number, number>();
    for await (const { records } of input) {
      for (const { value } of records) sums.set(value % 10, (sums.get(value % 10) ?? 0) + value);
    }
    for (const [digit, total] of [...sums].sort(([a], [b]) => a - b)) write({ digit, total });
  },
});

const TASKS: readonly AnyTask[] = [spread, sum];

const WORKFLOW = {
  version: 1,
  name: 'sums',
  deadline: '60s',
  operations: [
    {
      id: 'spread',
      task: 'spread',
      input: { kind: 'ndjson', location: 'data/values.ndjson' },
      estimates: { cpuSeconds: 200, records: COUNT },
    },
    { id: 'sum', task: 'sum', after: [{ operation: 'spread', edge: 'wide' }], estimates: { cpuSeconds: 1 } },
  ],
};

async function prepared(values: readonly number[]): Promise<MemoryServices> {
  const services = memoryServices({ tasks: TASKS, startAt: Date.UTC(2026, 0, 1), settings: { zones: ['az1', 'az2'] } });
  const lines = values.map((value) => JSON.stringify({ value })).join('\n');
  await services.objects.put('data/values.ndjson', new TextEncoder().encode(`${lines}\n`));
  return services;
}

const values = Array.from({ length: COUNT }, (_, index) => index);

/** What the run wrote: by digit. */
async function sums({ objects }: MemoryServices, report: RunReport): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  for (const { locations } of report.outputs) {
    for (const location of locations) {
      const text = new TextDecoder().decode(await objects.get(location));
      for (const line of text.split('\n').filter((one) => one !== '')) {
        const { digit, total } = JSON.parse(line);
        expect(found.has(digit)).toBe(false);
        found.set(digit, total);
      }
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

/** By a single pass over the values. */
function sumsOf(all: readonly number[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const value of all) found.set(value % 10, (found.get(value % 10) ?? 0) + value);
  return new Map([...found].sort(([a], [b]) => a - b));
}

const reportOf = ({ objects }: MemoryServices, run: string) =>
  readDocument(objects, { run, name: 'report' }, RunReport);

describe('the stages of a run', () => {
  it('take a workflow to its outputs, its report and its profiles', async () => {
    const services = await prepared(values);
    const { run, stages } = pipeline(services);
    expect(await run('first', { workflow: WORKFLOW })).toEqual({ outcome: 'met' });
    expect(services.told.filter(({ run: of }) => of === 'first')).toMatchObject([{ deadlineMet: 1, poisonedCount: 0 }]);
    const zones = services.told.filter(({ zone }) => zone !== undefined);
    expect(new Set(zones.map(({ zone }) => zone))).toEqual(new Set(['az1', 'az2', 'regional']));
    expect(Math.max(...zones.map(({ heldSlotCount }) => Number(heldSlotCount)))).toBeGreaterThan(0);
    const report = await reportOf(services, 'first');
    expect(await sums(services, report)).toEqual(sumsOf(values));
    expect(report).toMatchObject({ run: 'first', workflow: 'sums', outcome: 'met', poisoned: [] });
    expect(report.operations.map(({ id, recordsIn }) => [id, recordsIn])).toEqual([
      ['spread', COUNT],
      ['sum', COUNT],
    ]);
    expect(report.operations[0]?.shardCount).toBeGreaterThan(2);
    expect(report.operations.every(({ shardCount, committedCount }) => shardCount === committedCount)).toBe(true);
    const profiles = await readProfiles(services.table, ['spread@1', 'sum@1']);
    expect(profiles.get('spread@1')?.committedCount).toBe(report.operations[0]?.shardCount);
    expect(stages.slice(0, 5)).toEqual(['sharder', 'forecaster', 'allocator', 'reserver', 'dispatcher']);
    expect(stages.slice(-3)).toEqual(['monitor', 'finisher', 'profiler']);
  });

  it('put a new type on trial and go on after its verdict', async () => {
    const services = await prepared(values);
    const { run } = pipeline(services);
    await run('trial', { workflow: WORKFLOW });
    const { plan, attempts } = await reportOf(services, 'trial');
    const trial = plan.canaries.find(({ type }) => type === 'spread@1');
    expect(trial?.verdict).not.toBe('waiting');
    const ended = attempts.filter(({ shard }) => trial?.shards.includes(shard));
    const judgedAt = Math.max(...ended.map(({ startedAt, durationMs }) => startedAt + durationMs));
    const others = attempts.filter(({ shard, type }) => type === 'spread@1' && !trial?.shards.includes(shard));
    expect(others.length).toBeGreaterThan(0);
    expect(Math.min(...others.map(({ startedAt }) => startedAt))).toBeGreaterThanOrEqual(judgedAt);
  });

  it('leave nothing behind: no slot runs, the ledger is empty', async () => {
    const services = await prepared(values);
    const { run } = pipeline(services);
    await run('clean', { workflow: WORKFLOW });
    await services.clock.pass(600_000);
    const slots = await readSlots(services.table, 'clean');
    expect(slots.map(({ slot }) => slot).sort()).toEqual(services.executions.started.map(({ name }) => name).sort());
    expect(slots.filter(({ status }) => status !== 'ENDED')).toEqual([]);
    for (const { holds } of await collect(services.table.query({ partition: 'LEDGER' }))) expect(holds).toEqual([]);
    for (const { name } of services.executions.started) {
      expect(await services.executions.describe('slot', name)).toEqual({ status: 'SUCCEEDED' });
    }
  });

  it('report a run with a shard that fails every attempt as incomplete, with its range and its error', async () => {
    const services = await prepared([...values.slice(0, 300), -7, ...values.slice(300)]);
    const { run } = pipeline(services);
    expect(await run('poisoned', { workflow: WORKFLOW })).toEqual({ outcome: 'incomplete' });
    const report = await reportOf(services, 'poisoned');
    expect(report.poisoned).toMatchObject([
      {
        operation: 'spread',
        range: { unit: 'byte', objects: ['data/values.ndjson'] },
        error: { message: expect.stringMatching(/^cannot bear -7 \(at /) },
      },
    ]);
    expect(report.operations.find(({ id }) => id === 'spread')).toMatchObject({
      committedCount: (report.operations[0]?.shardCount ?? 0) - 1,
    });
  });

  it('give a resumed run its shards back and do again only what was not done', async () => {
    const services = await prepared(values);
    await pipeline(services).run('twice', { workflow: WORKFLOW });
    const before = (await reportOf(services, 'twice')).attempts;
    await services.table.update(runKey('twice'), { set: { outcome: 'aborted' } });
    expect(await pipeline(services).run('again', { run: 'twice' })).toEqual({ outcome: 'met' });
    expect((await reportOf(services, 'twice')).attempts).toEqual(before);
  });

  it('refuse a run whose work is done, and leave its report as it is', async () => {
    const services = await prepared(values);
    await pipeline(services).run('once', { workflow: WORKFLOW });
    // its slots end by themselves
    await services.clock.pass(60_000);
    const before = await stored(services, 'once');
    for (const input of [{ run: 'once' }, { run: 'once', workflow: WORKFLOW }]) {
      await expect(deliver(services, 'sharder', { execution: 'again', input })).rejects.toMatchObject({
        name: 'InvalidInput',
        message: expect.stringContaining('has ended (met)'),
      });
    }
    expect(await stored(services, 'once')).toBe(before);
  });
});

describe('the sharder', () => {
  it('refuses a replica where there is no second store', async () => {
    const { replicas: _none, ...single } = await prepared(values);
    const [first, ...others] = WORKFLOW.operations;
    const workflow = { ...WORKFLOW, operations: [first, ...others.map((one) => ({ ...one, replicate: true }))] };
    await expect(deliver(single, 'sharder', { execution: 'r', input: { workflow } })).rejects.toMatchObject({
      name: 'InvalidWorkflow',
      message: expect.stringContaining('operations[1].replicate'),
    });
  });
});

/** Everything that is stored, as text; sets in order. Who had the reserver's turn last is left out. */
async function stored({ table, objects }: MemoryServices, run: string): Promise<string> {
  const partitions = [`RUN#${run}`, 'LEDGER', 'RESERVER', 'ZONES', 'PROFILE#spread@1', 'PROFILE#sum@1'];
  const items: Item[] = [];
  for (const partition of partitions) items.push(...(await collect(table.query({ partition }))));
  const documents: [string, string][] = [];
  for await (const { location } of objects.list('')) {
    documents.push([location, new TextDecoder().decode(await objects.get(location))]);
  }
  const kept = items.map((item) => (item.partition === 'RESERVER' ? { ...item, owner: '' } : item));
  return JSON.stringify({ kept, documents }, (_, value) => (value instanceof Set ? [...value].sort() : value), 1);
}

/** What was started: its slots go on working while the dispatcher is called again, so what is stored moves. */
async function started({ executions }: MemoryServices): Promise<string> {
  return JSON.stringify(executions.started);
}

describe('a second delivery of an event', () => {
  it('changes nothing, whatever the stage', async () => {
    const services = await prepared(values);
    const changed: Delivery[] = [];
    const { run, stages } = pipeline(services, {
      async afterDelivery(delivery, again) {
        // these two are looked at below: a plan has a generation, and a worker goes on with what is ready
        if (delivery.stage === 'worker' || delivery.stage === 'allocator') return;
        const look = () => (delivery.stage === 'dispatcher' ? started(services) : stored(services, 'doubled'));
        const before = await look();
        await again();
        if ((await look()) !== before) changed.push(delivery);
      },
    });
    expect(await run('doubled', { workflow: WORKFLOW })).toEqual({ outcome: 'met' });
    expect(changed).toEqual([]);
    expect(new Set(stages).size).toBeGreaterThan(7);
  });

  it('of the plan or the worker changes nothing that counts: every record once in the outputs', async () => {
    const services = await prepared(values);
    const { run } = pipeline(services, { afterDelivery: async (_, again) => void (await again()) });
    expect(await run('all-doubled', { workflow: WORKFLOW })).toEqual({ outcome: 'met' });
    const report = await reportOf(services, 'all-doubled');
    expect(await sums(services, report)).toEqual(sumsOf(values));
    expect(report.operations.map(({ recordsIn }) => recordsIn)).toEqual([COUNT, COUNT]);
    const profile = (await readProfiles(services.table, ['spread@1'])).get('spread@1');
    expect(profile?.committedCount).toBe(report.operations[0]?.shardCount);
  });
});
