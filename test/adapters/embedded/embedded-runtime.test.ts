import { mkdtemp, mkdtempDisposable, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedOptions, startEmbedded } from '../../../lib/adapters/embedded/embedded-runtime.ts';
import type { LambdaHandler } from '../../../lib/adapters/embedded/lambda-context.ts';
import { handlers } from '../../../lib/cli/handlers.ts';
import { enterRun, readActiveRuns } from '../../../lib/run/active-run.ts';
import { changeLedger, readLedgers } from '../../../lib/run/ledger-store.ts';

const INFRA = new URL('../../../infra/', import.meta.url);

describe('embedded runtime', () => {
  let home: string;
  let options: EmbeddedOptions;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'foreshard-home-'));
    const stage: LambdaHandler = async (event, { functionName, services }) => ({
      event,
      functionName,
      vcpuMax: services.settings.vcpuMax,
    });
    options = {
      home,
      handlers: new Map((await functionNames()).map((name) => [name, stage])),
      workerEntry: new URL('../../fixtures/embedded/services-worker.ts', import.meta.url),
      tasksEntry: new URL('../../fixtures/embedded/test-tasks.ts', import.meta.url),
      settings: { tiersMiB: [1_769], vcpuMax: 3 },
    };
  });
  afterAll(() => rm(home, { recursive: true }));

  it('gives stages and workers the same stores, and the next process what they left', async () => {
    const runtime = await startEmbedded(options);
    const worker = runtime.pools[0]?.functionName ?? '';
    expect(await runtime.functions.invoke(worker, { run: 'run-1' })).toEqual({
      own: { event: { from: 'the thread' }, functionName: 'echo' },
      unknown: 'InvalidInput',
      slot: true,
      tasks: ['nothing'],
      metered: true,
    });
    await runtime.close();

    const next = await startEmbedded(options);
    const { table, objects } = next.services;
    expect(await table.get({ partition: 'run-1', sort: 'from the thread' })).toMatchObject({ tags: new Set(['a']) });
    expect(await objects.info('run-1/note')).toMatchObject({ sizeBytes: 15 });
    expect(await next.metricsOf('run-1')).toMatchObject([{ shard: 'map/0' }]);
    await next.close();
  });

  it('refuses a folder that is in use, and leaves it when it cannot start', async () => {
    const runtime = await startEmbedded(options);
    await expect(startEmbedded(options)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await runtime.close();
    const tasksEntry = new URL('no-such-tasks.ts', import.meta.url);
    await expect(startEmbedded({ ...options, tasksEntry })).rejects.toThrow('no-such-tasks.ts');
    await expect(startEmbedded({ ...options, handlers: new Map() })).rejects.toThrow('there is no function');
    await (await startEmbedded(options)).close();
  });
});

describe('what an earlier process left held', () => {
  it('is free when the next one has started', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'foreshard-home-'));
    const options = {
      home: folder.path,
      handlers,
      tasksEntry: new URL('../../fixtures/embedded/test-tasks.ts', import.meta.url),
      settings: { tiersMiB: [1_769], vcpuMax: 2 },
    };
    await using first = await startEmbedded(options);
    const [{ id, slotMax } = { id: '', slotMax: 0 }] = first.pools;
    const killed = { run: 'r', execution: 'e', now: 0, isOver: async () => false };
    await enterRun(first.services.table, killed);
    const hold = { run: 'r', slotCount: 1, from: 0, until: Date.now() + 600_000, guaranteed: false };
    await changeLedger(first.services.table, {
      pool: { pool: id, slotMax },
      writer: 'w',
      decide: (ledger) => ({ ledger: { ...ledger, holds: [hold] }, answer: undefined }),
    });
    await first.close();
    await using next = await startEmbedded(options);
    expect(await readLedgers(next.services.table, [{ pool: id, slotMax }])).toMatchObject([{ holds: [] }]);
    expect(await readActiveRuns(next.services.table)).toEqual([]);
  });
});

/** The functions that the state machines name. */
async function functionNames(): Promise<readonly string[]> {
  const texts = await Promise.all(
    ['workflow', 'slot', 'refresh'].map((machine) => readFile(new URL(`${machine}.asl.json`, INFRA), 'utf8')),
  );
  const names = texts.flatMap((text) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name));
  return [...new Set(names)].map((name) => name.charAt(0).toLowerCase() + name.slice(1));
}
