import { seededRandom } from '../lib/core/random.ts';
import { criticalPath } from '../lib/shards/critical-path.ts';
import { type DurationCurve, durationCurve } from '../lib/shards/duration-curve.ts';
import { leastShardCounts } from '../lib/shards/least-shard-counts.ts';
import type { CountedStage } from '../lib/shards/stage-graph.ts';
import type { Bench, BenchRow } from './bench.ts';
import { geometricMean, rounded } from './measures/figures.ts';

const SEED = 5;
const GRAPHS_PER_SIZE = 100;
const SIZES = [5, 10, 20, 40];

/**
 * Shards of a whole workflow over the certified dual bound, on random graphs with random deadlines, beside two simple
 * rules: the same count for every operation, and a share of the deadline in proportion to the work along the path.
 */
export const bench: Bench = {
  name: 'shard-counts',
  needs: 'nothing',
  takes: '20 s',
  async run() {
    const random = seededRandom(SEED);
    const ratios: number[] = [];
    const uniform: number[] = [];
    const rows: BenchRow[] = [];
    const startedMs = performance.now();
    for (const size of SIZES) {
      const own: number[] = [];
      const same: number[] = [];
      for (let graph = 0; graph < GRAPHS_PER_SIZE; graph += 1) {
        const stages = randomStages(size, random);
        const deadlineMs = Math.ceil(lengthOf(stages, fastest) * (1.2 + 4 * random()));
        const { totalCount, bound } = leastShardCounts(stages, deadlineMs);
        own.push(totalCount / bound);
        same.push((uniformCount(stages, deadlineMs) * size) / bound);
      }
      ratios.push(...own);
      uniform.push(...same);
      rows.push({
        operations: size,
        'shards / bound': rounded(geometricMean(own)),
        worst: rounded(Math.max(...own)),
        'one count for all / bound': rounded(geometricMean(same)),
      });
    }
    return {
      figures: {
        graphs: ratios.length,
        shardsOverBound: geometricMean(ratios),
        worst: Math.max(...ratios),
        uniformOverBound: geometricMean(uniform),
        meanMs: (performance.now() - startedMs) / ratios.length,
      },
      targets: { shardsOverBound: { atMost: 1.04 } },
      table: rows,
    };
  },
};

function randomStages(count: number, random: () => number): readonly CountedStage[] {
  return Array.from({ length: count }, (_, index) => {
    const after = Array.from({ length: index }, (_, before) => `s${before}`).filter(() => random() < 2 / count);
    const estimate = {
      workMs: 5_000 * Math.exp(4 * random()),
      fixedMs: 300 + 1_500 * random(),
      perShardMs: 5 * random(),
      skew: 1 + 0.5 * random(),
      sigma: 0.3 * random(),
      bytes: 1,
      memoryMiB: 1,
    };
    return { id: `s${index}`, after, curve: durationCurve(estimate, LIMITS, 0.95) };
  });
}

const LIMITS = { floor: 1, cap: 300, slotMax: 1_000, largestShare: (count: number) => 1 / count };

function fastest({ timesMs }: DurationCurve): number {
  return timesMs.at(-1) ?? 0;
}

function lengthOf(stages: readonly CountedStage[], timeOf: (curve: DurationCurve) => number): number {
  return criticalPath(stages.map(({ id, after, curve }) => ({ id, after, durationMs: timeOf(curve) }))).lengthMs;
}

/** The least count that keeps the deadline when all operations have it. */
function uniformCount(stages: readonly CountedStage[], deadlineMs: number): number {
  for (let count = 1; ; count += 1) {
    const timeAt = (curve: DurationCurve) => curve.timesMs[curve.counts.findLastIndex((one) => one <= count)] ?? 0;
    if (count >= LIMITS.cap || lengthOf(stages, timeAt) <= deadlineMs) return count;
  }
}
