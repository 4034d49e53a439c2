import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { stage } from '../functions/stage.ts';
import { startEmbedded } from '../lib/adapters/embedded/embedded-runtime.ts';
import { executeRun } from '../lib/cli/execute-run.ts';
import { handlers } from '../lib/cli/handlers.ts';
import { ForeshardError } from '../lib/core/foreshard-error.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { RunReport } from '../lib/report/run-report.ts';
import type { Bench, BenchRow } from './bench.ts';

const SLOT_COUNT = 8;
/** The even run teaches that all objects are alike: one shard of 48 objects for each slot is enough then. */
const OBJECT_COUNT = 384;
const SLOW_FROM = OBJECT_COUNT - OBJECT_COUNT / SLOT_COUNT;
const WAIT_MS = 100;
const FACTOR = 8;
/** Bytes of an object: what the sharder takes its weight from. */
const OBJECT_BYTES = 256;

const SETTINGS = { vcpuMax: SLOT_COUNT, slotMax: SLOT_COUNT / 2, tiersMiB: [1_769] };

/** State `Reshard` of an installation that never changes its shards. */
const keep = stage({
  name: 'resharder',
  input: z.strictObject({ run: z.string() }),
  run: async ({ run }) => ({ run }),
});

interface Case {
  readonly name: string;
  readonly known: boolean;
  readonly reshards: boolean;
}

const CASES: readonly Case[] = [
  { name: 'skew known', known: true, reshards: true },
  { name: 'unknown, with re-sharding', known: false, reshards: true },
  { name: 'unknown, without', known: false, reshards: false },
];

/**
 * One shard of eight takes eight times as long as the others. Known: its objects are eight times as large, so it is cut by
 * weight. Unknown: nothing tells before it runs. Each case runs after an even run that has taught the profile.
 */
export const bench: Bench = {
  name: 'straggler',
  needs: 'an idle processor',
  takes: '2 min',
  async run() {
    const rows: BenchRow[] = [];
    for (const one of CASES) rows.push(await measure(one));
    const [knownMs = 0, withMs = 0, withoutMs = 0] = rows.map((row) => Number(row['finish, ms']));
    return {
      figures: { knownMs, withOverKnown: withMs / knownMs, withoutOverKnown: withoutMs / knownMs },
      targets: { withOverKnown: { atMost: 1.25 }, withoutOverKnown: { atLeast: 1.25 } },
      table: rows,
    };
  },
};

async function measure({ name, known, reshards }: Case): Promise<BenchRow> {
  const home = await mkdtemp(join(tmpdir(), 'foreshard-bench-'));
  const runtime = await startEmbedded({
    home,
    settings: SETTINGS,
    handlers: reshards ? handlers : new Map([...handlers, ['resharder', keep]]),
    tasksEntry: new URL('./data/paced-tasks.ts', import.meta.url),
  });
  try {
    const { objects } = runtime.services;
    await putObjects(objects, 'even/', () => ({ waitMs: WAIT_MS, sizeBytes: OBJECT_BYTES }));
    await putObjects(objects, 'skewed/', (slow) => ({
      waitMs: slow ? FACTOR * WAIT_MS : WAIT_MS,
      sizeBytes: slow && known ? FACTOR * OBJECT_BYTES : OBJECT_BYTES,
    }));
    await finish(runtime, 'even/');
    const report = await finish(runtime, 'skewed/');
    const shards = report.operations.reduce((sum, { shardCount }) => sum + shardCount, 0);
    const made = report.decisions.filter(({ taken }) => taken);
    return {
      case: name,
      'finish, ms': report.endedAt - report.startedAt,
      shards,
      're-shards': made.length,
    };
  } finally {
    await runtime.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function putObjects(
  objects: ObjectStore,
  prefix: string,
  object: (slow: boolean) => { readonly waitMs: number; readonly sizeBytes: number },
): Promise<void> {
  for (let number = 0; number < OBJECT_COUNT; number += 1) {
    const { waitMs, sizeBytes } = object(number >= SLOW_FROM);
    const text = JSON.stringify({ waitMs }).padEnd(sizeBytes);
    await objects.put(`${prefix}${String(number).padStart(3, '0')}`, new TextEncoder().encode(text));
  }
}

async function finish(runtime: Awaited<ReturnType<typeof startEmbedded>>, location: string): Promise<RunReport> {
  const workflow = {
    version: 1,
    name: 'straggler',
    deadline: '10m',
    objective: 'latency',
    operations: [
      {
        id: 'pace',
        task: 'paced',
        input: { kind: 'objects', location },
        estimates: { cpuSeconds: (OBJECT_COUNT * WAIT_MS) / 1_000, memoryMiB: 64 },
      },
    ],
  };
  const run = location.slice(0, -1);
  const report = await executeRun(runtime, { run, workflow, signal: new AbortController().signal, tell: () => {} });
  if (report?.outcome === 'met' || report?.outcome === 'missed') return report;
  throw new ForeshardError('TaskFailed', `run '${run}' ended without some of its shards, so nothing was measured`);
}
