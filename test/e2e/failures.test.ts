import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedded, embedded, linesFile } from './embedded.ts';

const COUNT = 2_000;
const SUM = (COUNT * (COUNT - 1)) / 2;

describe('a run in which something goes wrong', { timeout: 60_000 }, () => {
  let system: Embedded;
  let lines: string;

  beforeAll(async () => {
    system = await embedded({
      attemptMax: 2,
      shardLimitMs: 4_000,
      leaseMs: 4_000,
      graceMs: 500,
      canaryCount: 0,
      tiersMiB: [192, 384],
      slotMax: 1,
      vcpuMax: 2,
    });
    lines = await linesFile(system.home, COUNT);
  });

  afterAll(() => system[Symbol.asyncDispose]());

  /** One operation that fails beside a chain that has nothing to do with it. */
  const beside = (name: string, bad: object) => ({
    version: 1,
    name,
    deadline: '2m',
    objective: 'latency',
    operations: [
      { id: 'good', task: 'pass', input: { kind: 'ndjson', location: lines } },
      { id: 'total', task: 'total', after: [{ operation: 'good', edge: 'wide' }], divisible: false },
      bad,
    ],
  });

  const restIsIntact = async (report: Awaited<ReturnType<Embedded['run']>>) => {
    expect(await system.outputOf(report, 'total')).toEqual([{ sum: SUM, count: COUNT }]);
  };

  it('refuses an unknown task before anything runs, and names those that are near', async () => {
    const workflow = beside('unknown', { id: 'bad', task: 'pas' });
    await expect(system.run('unknown', workflow)).rejects.toMatchObject({
      name: 'UnknownTask',
      message: expect.stringContaining("'pass'"),
    });
  });

  it('refuses a truncated Parquet file by name and place', async () => {
    const path = join(system.home, 'cut.parquet');
    await writeFile(path, 'PAR1 and then nothing more of what there should be');
    const workflow = beside('cut', { id: 'bad', task: 'pass', input: { kind: 'parquet', location: `file:${path}` } });
    await expect(system.run('cut', workflow)).rejects.toMatchObject({
      name: 'CorruptData',
      message: expect.stringContaining('cut.parquet'),
    });
  });

  it('sets a shard aside that throws on one record, with its range and its error, and finishes the rest', async () => {
    const bad = { id: 'bad', task: 'choke', params: { on: 1_234 }, input: { kind: 'ndjson', location: lines } };
    const report = await system.run('choke', beside('choke', bad));
    expect(report.outcome).toBe('incomplete');
    expect(report.poisoned).toHaveLength(1);
    expect(report.poisoned[0]).toMatchObject({
      operation: 'bad',
      attempts: 2,
      error: { name: 'Error', message: expect.stringMatching(/^cannot bear 1234 \(at .*tasks\.ts:/) },
      range: { unit: 'byte', objects: [lines] },
    });
    expect(report.attempts.filter(({ outcome }) => outcome === 'failed')).toHaveLength(2);
    await restIsIntact(report);
  });

  it('ends a task that never ends by its time limit', async () => {
    const report = await system.run('hang', beside('hang', { id: 'bad', task: 'hang' }));
    expect(report.outcome).toBe('incomplete');
    expect(report.poisoned).toMatchObject([{ shard: 'bad/0', attempts: 2, error: { name: 'ShardTimedOut' } }]);
    await restIsIntact(report);
  });

  it('ends a task that never lets go of its thread when its lease runs out', async () => {
    const report = await system.run('spin', beside('spin', { id: 'bad', task: 'spin' }));
    expect(report.poisoned).toMatchObject([{ shard: 'bad/0', attempts: 2 }]);
    await restIsIntact(report);
  });

  it('tries a task that runs out of memory in a larger tier, then sets it aside', async () => {
    const report = await system.run(
      'gorge',
      beside('gorge', { id: 'bad', task: 'gorge', estimates: { memoryMiB: 40 } }),
    );
    expect(report.poisoned).toMatchObject([{ shard: 'bad/0', error: { name: 'OutOfMemory' } }]);
    const tiers = report.attempts.filter(({ shard }) => shard === 'bad/0').map(({ memoryTierMiB }) => memoryTierMiB);
    expect(tiers).toEqual([192, 384]);
    await restIsIntact(report);
  });

  it('survives a task that takes its worker with it', async () => {
    const report = await system.run('quit', beside('quit', { id: 'bad', task: 'quit' }));
    expect(report.poisoned).toMatchObject([{ shard: 'bad/0', attempts: 2, error: { name: 'WorkerDied' } }]);
    await restIsIntact(report);
  });

  it('leaves nothing behind: no slot, no hold, no run that is open', async () => {
    const { table } = system.runtime.services;
    for await (const ledger of table.query({ partition: 'LEDGER' })) expect(ledger.holds).toEqual([]);
    await system.runtime.executions.idle();
    for (const run of ['choke', 'hang', 'spin', 'gorge', 'quit']) {
      for await (const slot of table.query({ partition: `RUN#${run}`, sortPrefix: 'SLOT#' })) {
        expect(slot.status).toBe('ENDED');
      }
    }
  });
});
