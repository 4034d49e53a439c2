import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { stage } from '../functions/stage.ts';
import { type EmbeddedRuntime, startEmbedded } from '../lib/adapters/embedded/embedded-runtime.ts';
import { executeRun } from '../lib/cli/execute-run.ts';
import { handlers } from '../lib/cli/handlers.ts';
import { ForeshardError } from '../lib/core/foreshard-error.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { RunReport } from '../lib/report/run-report.ts';
import type { Bench, BenchRow } from './bench.ts';

const SLOT_COUNT = 8;
const OBJECT_COUNT = 384;
const WAIT_MS = 120;
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
 * The last shard takes eight times as long as the others. Known: its objects are eight times as large, so it is cut by
 * weight. Unknown: nothing tells before it runs. Each case runs after two even runs: one teaches the profile, the other shows how large a shard is then.
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
    await putObjects(objects, 'even/', OBJECT_COUNT, () => ({ waitMs: WAIT_MS, sizeBytes: OBJECT_BYTES }));
    await finish(runtime, 'even/', 'teaches');
    const even = await finish(runtime, 'even/', 'counts');
    // the last shard: what begins last ends last, and no other slot has anything left to take
    const slowCount = Math.round(OBJECT_COUNT / (even.operations[0]?.shardCount ?? 1));
    await putObjects(objects, 'skewed/', OBJECT_COUNT - slowCount, (slow) => ({
      waitMs: slow ? FACTOR * WAIT_MS : WAIT_MS,
      sizeBytes: slow && known ? FACTOR * OBJECT_BYTES : OBJECT_BYTES,
    }));
    const report = await finish(runtime, 'skewed/', 'skewed');
    const shards = report.operations.reduce((sum, { shardCount }) => sum + shardCount, 0);
    const made = report.decisions.filter(({ taken }) => taken);
    return {
      case: name,
      'finish, ms': report.endedAt - report.startedAt,
      'slow objects': slowCount,
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
  slowFrom: number,
  object: (slow: boolean) => { readonly waitMs: number; readonly sizeBytes: number },
): Promise<void> {
  for (let number = 0; number < OBJECT_COUNT; number += 1) {
    const { waitMs, sizeBytes } = object(number >= slowFrom);
    const text = JSON.stringify({ waitMs }).padEnd(sizeBytes);
    await objects.put(`${prefix}${String(number).padStart(3, '0')}`, new TextEncoder().encode(text));
  }
}

async function finish(runtime: EmbeddedRuntime, location: string, run: string): Promise<RunReport> {
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
  const report = await executeRun(runtime, { run, workflow, signal: new AbortController().signal, tell: () => {} });
  if (report?.outcome === 'met' || report?.outcome === 'missed') return report;
  throw new ForeshardError('TaskFailed', `run '${run}' ended without some of its shards, so nothing was measured`);
}
