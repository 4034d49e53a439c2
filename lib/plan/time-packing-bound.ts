import type { DurationMs } from '../core/quantity.ts';
import { sampled } from './sampled.ts';
import type { CapacityShares, TaskWindows } from './task-windows.ts';

/** Pairs of head and tail looked at, times tasks, for each measure. */
const LOOKS_MAX = 600_000;
/** Lengths below which tasks may be left out, and parts into which a length is cut. */
const CUTS_MAX = 16;
const PARTS_MAX = 6;
/** Tasks of which more fit a lane are counted no better than their work is. */
const COUNT_MAX = 12;
const BISECTIONS = 16;
const GAIN_MIN_MS = 0.5;
/** Room for the last bits of sums. */
const ROUNDING = 1e-9;

/**
 * The bound of packing in time. Tasks that take shares of all capacity are intervals, and intervals of which no moment
 * holds more than all can be dealt out over lanes that hold one at a time; in a lane of length L no more fits than in a
 * bin of size L. So dual-feasible functions hold for durations as they do for shares, and for both together: of tasks
 * longer than half of what there is no two share a lane, of those longer than a third no three.
 *
 * It is taken over the sets {head >= h, tail >= q}, which have the length less h and q.
 *
 * @param knownMs the length of a schedule: where the search need not look beyond
 * @param provedMs a bound that is known already, at least the longest path
 * @see Fekete and Schepers, "A general framework for bounds for higher-dimensional orthogonal packing problems", 2004;
 *   Carlier, Clautiaux and Moukrim, "New reduction procedures and lower bounds for the two-dimensional bin packing
 *   problem with fixed orientation", 2007
 */
export function timePackingBound(
  { windows, durationsMs, measures }: TimePacking,
  provedMs: DurationMs,
  knownMs: DurationMs,
): DurationMs {
  const byDuration = [...durationsMs.keys()]
    .filter((task) => (durationsMs[task] ?? 0) > 0)
    .sort((a, b) => (durationsMs[b] ?? 0) - (durationsMs[a] ?? 0));
  let best = provedMs;
  const pairsMax = Math.sqrt(LOOKS_MAX / Math.max(1, byDuration.length));
  for (const shares of measures) {
    const tasks = byDuration.filter((task) => (shares[task] ?? 0) > 0);
    const heads = sampled(new Set(tasks.map((task) => windows.headsMs[task] ?? 0)), pairsMax);
    const tails = sampled(new Set(tasks.map((task) => windows.tailsMs[task] ?? 0)), pairsMax);
    for (const headMs of heads) {
      const late = tasks.filter((task) => (windows.headsMs[task] ?? 0) >= headMs);
      for (const tailMs of tails) {
        const outsideMs = headMs + tailMs;
        if (outsideMs >= best) continue;
        const inside = late.filter((task) => (windows.tailsMs[task] ?? 0) >= tailMs);
        const lanes = lanesOf(inside, durationsMs, shares);
        best = outsideMs + longestProved(lanes, best - outsideMs, knownMs - outsideMs);
      }
    }
  }
  return best;
}

export interface TimePacking {
  readonly windows: TaskWindows;
  readonly durationsMs: Float64Array;
  readonly measures: readonly CapacityShares[];
}

/** Tasks by duration, longest first, with what the first k of them take together: width alone, and times duration. */
interface Lanes {
  readonly durationsMs: Float64Array;
  readonly widths: Float64Array;
  readonly workMs: Float64Array;
}

function lanesOf(tasks: readonly number[], durationsMs: Float64Array, shares: CapacityShares): Lanes {
  const sorted = Float64Array.from(tasks, (task) => durationsMs[task] ?? 0);
  const widths = new Float64Array(tasks.length + 1);
  const workMs = new Float64Array(tasks.length + 1);
  for (const [at, task] of tasks.entries()) {
    const share = shares[task] ?? 0;
    widths[at + 1] = (widths[at] ?? 0) + share;
    workMs[at + 1] = (workMs[at] ?? 0) + share * (sorted[at] ?? 0);
  }
  return { durationsMs: sorted, widths, workMs };
}

function longestProved(lanes: Lanes, provedMs: DurationMs, knownMs: DurationMs): DurationMs {
  if (!isTooShort(lanes, provedMs + GAIN_MIN_MS)) return provedMs;
  let low = provedMs + GAIN_MIN_MS;
  let high = knownMs;
  for (let step = 0; step < BISECTIONS && high - low > GAIN_MIN_MS; step += 1) {
    const middle = (low + high) / 2;
    if (isTooShort(lanes, middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** True when some dual-feasible function sees more than all lanes hold in a length. */
function isTooShort(lanes: Lanes, lengthMs: DurationMs): boolean {
  if ((lanes.durationsMs[0] ?? 0) > lengthMs) return true;
  for (let part = 1; part <= PARTS_MAX; part += 1) if (inParts(lanes, lengthMs, part) > 1 + ROUNDING) return true;
  for (let cut = 0; cut <= CUTS_MAX; cut += 1) {
    if (withoutShort(lanes, lengthMs, (lengthMs * cut) / (2 * CUTS_MAX)) > 1 + ROUNDING) return true;
    if (inCounts(lanes, lengthMs, cut / CUTS_MAX) > 1 + ROUNDING) return true;
  }
  return false;
}

/** Counts each duration in whole parts of a length, of which a lane holds so many. */
function inParts(lanes: Lanes, lengthMs: DurationMs, part: number): number {
  let seen = 0;
  for (let parts = 1; parts <= part; parts += 1) {
    seen += lanes.widths[longerThan(lanes, (parts * lengthMs) / (part + 1))] ?? 0;
  }
  return seen / part;
}

/** Leaves out what is shorter than a time, and counts as a whole lane what leaves less room than that. */
function withoutShort(lanes: Lanes, lengthMs: DurationMs, shortMs: DurationMs): number {
  const whole = longerThan(lanes, lengthMs - shortMs);
  const counted = longerThan(lanes, shortMs);
  const middleMs = (lanes.workMs[counted] ?? 0) - (lanes.workMs[whole] ?? 0);
  return (lanes.widths[whole] ?? 0) + middleMs / lengthMs;
}

/**
 * Counts the tasks of up to half the length, without a share of the shortest: a longer one counts for as many of them as
 * it leaves no room for.
 */
function inCounts(lanes: Lanes, lengthMs: DurationMs, shortShare: number): number {
  const long = longerThan(lanes, lengthMs / 2);
  const end = lanes.durationsMs.length - Math.floor(shortShare * (lanes.durationsMs.length - long));
  let counted = (lanes.widths[end] ?? 0) - (lanes.widths[long] ?? 0);
  let togetherMs = 0;
  let most = 0;
  for (let at = end - 1; at >= long; at -= 1) {
    togetherMs += lanes.durationsMs[at] ?? 0;
    if (togetherMs > lengthMs) break;
    most += 1;
    if (most > COUNT_MAX) return 0;
    counted += lanes.widths[longerThan(lanes, Math.max(lengthMs / 2, lengthMs - togetherMs))] ?? 0;
  }
  return most === 0 ? 0 : counted / most;
}

/** How many are longer. */
function longerThan({ durationsMs }: Lanes, timeMs: DurationMs): number {
  let low = 0;
  let high = durationsMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((durationsMs[middle] ?? 0) > timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
