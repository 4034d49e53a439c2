import type { DurationMs } from '../core/quantity.ts';
import { liftedShares } from './lifted-shares.ts';
import { sampled } from './sampled.ts';
import type { ScheduleProblem } from './schedule-problem.ts';
import { type CapacityShares, type TaskWindows, taskWindows } from './task-windows.ts';
import { timePackingBound } from './time-packing-bound.ts';
import { countMeasures, waveBound } from './wave-bound.ts';

/** Interval ends looked at, in pairs times tasks, for each length and measure. */
const LOOKS_MAX = 400_000;
const BISECTIONS = 20;
const GAIN_MIN_MS = 0.5;
/** Above this many tasks the quadratic parts are left out. */
const TASKS_MAX = 5_000;
/** Dual-feasible functions tried: those that see tasks above 1/2, 1/3 and so on of a bin. */
const PARTS_MAX = 40;
/** Of these, and of those that count in whole tasks of one size, the ones kept: those that see the most work. */
const FUNCTIONS_KEPT = 5;
/** Room for the last bits of quotients. */
const ROUNDING = 1e-9;

/**
 * A length that no schedule can undercut: the longest of
 * - the critical path, its heads and tails raised by the work of all ancestors and descendants;
 * - the work of every set of tasks with late heads and long tails, over the capacity;
 * - the energetic bound: the longest time for which some interval would have to hold more work than it can, found by
 *   bisection.
 *
 * Work is measured by vCPU, by memory, and by dual-feasible functions of both, which know that two tasks above half a
 * bin never share one. Bins must be alike for the latter.
 *
 * @param knownMs the length of a schedule: where the search need not look beyond
 * @complexity bounded by a constant number of looks and O(n²) for n tasks; above 5,000 tasks only paths and work
 * @see Baptiste, Le Pape and Nuijten, "Satisfiability tests and time-bound adjustments for cumulative scheduling
 *   problems", 1999; Fekete and Schepers, "New classes of fast lower bounds for bin packing problems", 2001
 */
export function makespanBound(problem: ScheduleProblem, knownMs: DurationMs): DurationMs {
  const { graph, durationsMs } = problem;
  const measures = capacityMeasures(problem);
  if (graph.taskCount > TASKS_MAX) return workBound(durationsMs, measures);
  const windows = taskWindows(graph, durationsMs, measures);
  const simple = Math.max(
    pathBound(windows, durationsMs),
    setBound(windows, durationsMs, measures),
    waveBound(problem, windows),
  );
  const packed = timePackingBound(
    { windows, durationsMs, measures: [...measures, ...countMeasures(problem)] },
    simple,
    knownMs,
  );
  return measures.reduce((best, shares) => energeticBound({ windows, durationsMs, shares }, best, knownMs), packed);
}

/** What each task takes of all capacity, in every way that no schedule can get around. */
function capacityMeasures(problem: ScheduleProblem): readonly CapacityShares[] {
  const { bins, classes, classOf } = problem;
  const totals = { vcpu: sum(bins.map(({ vcpu }) => vcpu)), memoryMiB: sum(bins.map(({ memoryMiB }) => memoryMiB)) };
  const alike = bins.every(({ vcpu, memoryMiB }) => vcpu === bins[0]?.vcpu && memoryMiB === bins[0]?.memoryMiB);
  const measures: CapacityShares[] = [];
  const ofBins: Float64Array[] = [];
  for (const resource of ['vcpu', 'memoryMiB'] as const) {
    const share = (task: number) => (classes[classOf[task] ?? 0]?.[resource] ?? 0) / totals[resource];
    if (!Number.isFinite(totals[resource])) continue;
    measures.push(Float64Array.from(classOf, (_, task) => share(task)));
    ofBins.push(Float64Array.from(classOf, (_, task) => share(task) * bins.length));
  }
  if (!alike) return measures;
  const packing = ofBins.flatMap((ofBin) => packingMeasures(ofBin, problem.durationsMs));
  const lifted = mostWork(liftedShares(ofBins, [...ofBins, ...packing]), problem.durationsMs);
  return [...measures, ...[...packing, ...lifted].map((shares) => shares.map((one) => one / bins.length))];
}

/** Shares of a bin as the dual-feasible functions see them, for the functions that see the most work. */
function packingMeasures(ofBin: Float64Array, durationsMs: Float64Array): readonly CapacityShares[] {
  const byParts = Array.from({ length: PARTS_MAX }, (_, part) => ofBin.map((one) => dualFeasible(one, part + 1)));
  const bySizes = sizesOf(ofBin).map((size) => ofBin.map((one) => wholeParts(one, size)));
  return [byParts, bySizes].flatMap((measures) => mostWork(measures, durationsMs));
}

function mostWork(measures: readonly CapacityShares[], durationsMs: Float64Array): readonly CapacityShares[] {
  return measures
    .map((shares) => ({ shares, workMs: workOf(durationsMs, shares) }))
    .sort((a, b) => b.workMs - a.workMs)
    .slice(0, FUNCTIONS_KEPT)
    .map(({ shares }) => shares);
}

/** Sizes of tasks, evenly over their order: counting in whole tasks of a size is worth it just below many of them. */
function sizesOf(shares: Float64Array): readonly number[] {
  return sampled(new Set(shares.filter((share) => share > 0)), PARTS_MAX);
}

/** Counts a share in whole tasks of a size, of which a bin holds a whole number. */
function wholeParts(share: number, size: number): number {
  return Math.floor(share / size + ROUNDING) / Math.floor(1 / size + ROUNDING);
}

/**
 * Maps shares of a bin so that what fit together before fit together after: with part 1, above a half counts as all of
 * it and below as nothing. Rounded so that a share that is a fraction but for the last bits is taken as that fraction.
 */
function dualFeasible(share: number, part: number): number {
  const scaled = share * (part + 1);
  const nearest = Math.round(scaled);
  if (Math.abs(scaled - nearest) < ROUNDING) return share;
  return Math.floor(scaled) / part;
}

function workOf(durationsMs: Float64Array, shares: CapacityShares): DurationMs {
  return durationsMs.reduce((all, durationMs, task) => all + durationMs * (shares[task] ?? 0), 0);
}

function workBound(durationsMs: Float64Array, measures: readonly CapacityShares[]): DurationMs {
  return measures.reduce((best, shares) => Math.max(best, workOf(durationsMs, shares)), 0);
}

function pathBound({ headsMs, tailsMs }: TaskWindows, durationsMs: Float64Array): DurationMs {
  return durationsMs.reduce((best, durationMs, task) => {
    return Math.max(best, (headsMs[task] ?? 0) + durationMs + (tailsMs[task] ?? 0));
  }, 0);
}

/** head + work + tail over the sets {head >= h, tail >= q}: for each h, tails are added from the longest down. */
function setBound(
  { headsMs, tailsMs }: TaskWindows,
  durationsMs: Float64Array,
  measures: readonly CapacityShares[],
): DurationMs {
  const byTail = [...durationsMs.keys()].sort((a, b) => (tailsMs[b] ?? 0) - (tailsMs[a] ?? 0));
  const starts = sampled(new Set(headsMs), LOOKS_MAX / Math.max(1, byTail.length * measures.length));
  let best = 0;
  for (const headMs of starts) {
    for (const shares of measures) {
      let workMs = 0;
      for (const task of byTail) {
        if ((headsMs[task] ?? 0) < headMs || shares[task] === 0) continue;
        workMs += (durationsMs[task] ?? 0) * (shares[task] ?? 0);
        best = Math.max(best, headMs + workMs + (tailsMs[task] ?? 0));
      }
    }
  }
  return best;
}

interface Energy {
  readonly windows: TaskWindows;
  readonly durationsMs: Float64Array;
  readonly shares: CapacityShares;
}

/** Bisects the length between what is proved and what a schedule has reached. */
function energeticBound(energy: Energy, provedMs: DurationMs, knownMs: DurationMs): DurationMs {
  const loads = loadsOf(energy);
  const pairsMax = Math.sqrt(LOOKS_MAX / Math.max(1, loads.length));
  const heads = sampled(new Set(loads.map(({ headMs }) => headMs)), pairsMax);
  const tails = sampled(new Set(loads.map(({ tailMs }) => tailMs)), pairsMax);
  const isTooShort = (lengthMs: DurationMs) => isOverloaded(loads, { heads, tails, lengthMs });
  // most measures prove nothing more: one look says so
  if (!isTooShort(provedMs + GAIN_MIN_MS)) return provedMs;
  let low = provedMs + GAIN_MIN_MS;
  let high = knownMs;
  for (let step = 0; step < BISECTIONS && high - low > GAIN_MIN_MS; step += 1) {
    const middle = (low + high) / 2;
    if (isTooShort(middle)) low = middle;
    else high = middle;
  }
  return low;
}

interface Load {
  readonly headMs: number;
  readonly tailMs: number;
  readonly durationMs: number;
  readonly share: number;
}

function loadsOf({ windows, durationsMs, shares }: Energy): readonly Load[] {
  return [...durationsMs.entries()]
    .map(([task, durationMs]) => ({
      headMs: windows.headsMs[task] ?? 0,
      tailMs: windows.tailsMs[task] ?? 0,
      durationMs,
      share: shares[task] ?? 0,
    }))
    .filter(({ durationMs, share }) => durationMs > 0 && share > 0);
}

/** True when in some interval the tasks must do more work, wherever they are moved, than the interval has room for. */
function isOverloaded(
  loads: readonly Load[],
  {
    heads,
    tails,
    lengthMs,
  }: { readonly heads: readonly number[]; readonly tails: readonly number[]; readonly lengthMs: number },
): boolean {
  for (const from of heads) {
    for (const tail of tails) {
      const until = lengthMs - tail;
      if (until <= from) continue;
      let workMs = 0;
      for (const { headMs, tailMs, durationMs, share } of loads) {
        const leftMs = headMs + durationMs - from;
        const rightMs = until - (lengthMs - tailMs - durationMs);
        const insideMs = Math.min(leftMs, rightMs, durationMs, until - from);
        if (insideMs > 0) workMs += insideMs * share;
      }
      if (workMs > (until - from) * (1 + 1e-9)) return true;
    }
  }
  return false;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
