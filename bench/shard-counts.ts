import { seededRandom } from '../lib/core/random.ts';
import { criticalPath } from '../lib/shards/critical-path.ts';
import { type DurationCurve, durationCurve } from '../lib/shards/duration-curve.ts';
import { leastShardCounts } from '../lib/shards/least-shard-counts.ts';
import { SHARED_VARIANCE } from '../lib/shards/shard-spread.ts';
import { spreadQuantile } from '../lib/shards/spread-quantile.ts';
import type { CountedStage } from '../lib/shards/stage-graph.ts';
import type { Bench, BenchRow } from './bench.ts';
import { calibrationCases } from './data/calibration-cases.ts';
import { geometricMean, rounded } from './measures/figures.ts';
import { type KeptChance, keptChances } from './measures/kept-chances.ts';

const SEED = 5;
const GRAPHS_PER_SIZE = 100;
const SIZES = [5, 10, 20, 40];
/** Of each plan: two points, the target, are then three standard errors of the worst plan. */
const CHECK = { repeatCount: 2_000, standardError: 0.006 };
/** What a plan's own chance, from its own samples, may be off. */
const ASKED_ERROR = 0.01;

/**
 * Shards of a whole workflow over the certified dual bound, on random graphs with random deadlines, beside two simple
 * rules: the same count for every operation, and a share of the deadline in proportion to the work along the path.
 *
 * Beside that, how often plans keep the deadline that they were cut for: other workflows, deadlines and degrees of trust,
 * asked for 95 %, each run 2,000 times in simulation or more.
 */
export const bench: Bench = {
  name: 'shard-counts',
  needs: 'nothing',
  takes: '6 min',
  async run() {
    const random = seededRandom(SEED);
    const ratios: number[] = [];
    const uniform: number[] = [];
    const rows: BenchRow[] = [];
    const kept = keptChances(calibrationCases(), CHECK);
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
        ...chanceFigures(kept),
      },
      targets: {
        shardsOverBound: { atMost: 1.04 },
        shortfallWorst: { atMost: 0.02 },
        statedErrorWorst: { atMost: 0.02 },
      },
      table: [...rows, ...chanceRows(kept)],
    };
  },
};

/** A plan that promises less than was asked, because no counts give it, falls short of nothing but its own word. */
function isReached({ asked, stated }: KeptChance): boolean {
  return stated >= asked - ASKED_ERROR;
}

function chanceFigures(kept: readonly KeptChance[]) {
  const reached = kept.filter(isReached);
  const statedErrors = kept.map((one) => Math.abs(one.kept - one.stated));
  return {
    plans: kept.length,
    plansReached: reached.length,
    shortfallWorst: Math.max(...reached.map((one) => one.asked - one.kept)),
    within2Points: reached.filter((one) => Math.abs(one.asked - one.kept) <= 0.02).length / reached.length,
    statedErrorWorst: Math.max(...statedErrors),
    statedErrorMean: mean(statedErrors),
    countingMs: mean(kept.map(({ countingMs }) => countingMs)),
  };
}

function chanceRows(kept: readonly KeptChance[]): readonly BenchRow[] {
  return [...Map.groupBy(kept, ({ trust, looseness }) => `${trust}, ${looseness}`)].map(([known, plans]) => {
    const reached = plans.filter(isReached);
    return {
      'known, deadline over earliest': known,
      plans: plans.length,
      'reach 95 %': reached.length,
      'kept, mean %': rounded(100 * mean(reached.map((one) => one.kept)), 1),
      'kept, least %': rounded(100 * Math.min(...reached.map((one) => one.kept)), 1),
      'stated - kept, worst points': rounded(100 * Math.max(...plans.map((one) => Math.abs(one.stated - one.kept))), 1),
      shards: rounded(mean(plans.map(({ shardCount }) => shardCount)), 1),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

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
    const spread = { sigma: estimate.sigma, sharedVariance: SHARED_VARIANCE, stragglerShare: 0, speculation: false };
    const quantile = spreadQuantile(spread, { level: 0.95, caution: 1 });
    return { id: `s${index}`, after, curve: durationCurve(estimate, LIMITS, quantile) };
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
