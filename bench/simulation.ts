import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { failureText, type SeedSearch } from '../test/simulation/search-seeds.ts';
import type { Bench } from './bench.ts';

/** Seeds of one measurement; `FORESHARD_SEEDS=100000` is what a night is for. */
const SEEDS = 2_000;
const BATCH_SIZE = 25;

/** Runs the real commit protocol and the real ledger in virtual time, with faults at every call of the table, seed after seed. */
export const bench: Bench = {
  name: 'simulation',
  needs: 'nothing',
  takes: '1 min; more with FORESHARD_SEEDS, and from another seed with FORESHARD_FIRST_SEED',
  async run() {
    const count = Number(process.env.FORESHARD_SEEDS ?? SEEDS);
    const from = Number(process.env.FORESHARD_FIRST_SEED ?? 1);
    const startedAt = performance.now();
    const batches = await inThreads(batchesOf(from, count));
    const sum = (figure: 'seedCount' | 'stepCount' | 'completeCount' | 'stuckCount') =>
      batches.reduce((total, batch) => total + batch[figure], 0);
    const seconds = (performance.now() - startedAt) / 1_000;
    const failed = batches.flatMap((batch) => batch.failed ?? []);
    for (const failure of failed) console.error(failureText(failure));
    const figures = {
      seeds: sum('seedCount'),
      events: sum('stepCount'),
      completeRuns: sum('completeCount'),
      stuckRuns: sum('stuckCount'),
      violations: failed.length,
      seedsPerSecond: sum('seedCount') / seconds,
      eventsPerSecond: sum('stepCount') / seconds,
    };
    return {
      figures,
      targets: { violations: { atMost: 0 }, seeds: { atLeast: count } },
      table: [{ firstSeed: from, ...figures }],
    };
  },
};

interface Batch {
  readonly from: number;
  readonly count: number;
}

function batchesOf(from: number, count: number): Batch[] {
  return Array.from({ length: Math.ceil(count / BATCH_SIZE) }, (_, batch) => ({
    from: from + batch * BATCH_SIZE,
    count: Math.min(BATCH_SIZE, count - batch * BATCH_SIZE),
  }));
}

/** Batches between two lines of progress. */
const PROGRESS_EVERY = 40;

/** Every thread takes the next batch when it has done one; nobody takes another once a seed has gone wrong. */
async function inThreads(batches: Batch[]): Promise<readonly SeedSearch[]> {
  const searches: SeedSearch[] = [];
  const waiting = batches.values();
  async function lane(): Promise<void> {
    const thread = new Worker(new URL('../test/simulation/seed-worker.ts', import.meta.url));
    for (const batch of waiting) {
      thread.postMessage(batch);
      const [search] = await once(thread, 'message');
      searches.push(search as SeedSearch);
      if (searches.length % PROGRESS_EVERY === 0) console.error(`${searches.length} of ${batches.length} batches`);
      if (searches.some(({ failed }) => failed)) break;
    }
    await thread.terminate();
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return searches;
}
