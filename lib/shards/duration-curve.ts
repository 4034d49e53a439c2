import type { DurationMs } from '../core/quantity.ts';
import type { SpreadQuantile } from './spread-quantile.ts';
import type { WorkEstimate } from './work-estimate.ts';

/** Counts up to this are all looked at; above it, every count is at most this share larger than the one before. */
export const EVERY_COUNT_MAX = 1_024;
export const COUNT_STEP_SHARE = 0.005;

/** How many shards an operation may have, and how many can run at once. */
export interface CountLimits {
  readonly floor: number;
  readonly cap: number;
  readonly slotMax: number;
  /** The share of the input that the largest of N ranges holds, at least 1 / N. */
  largestShare(count: number): number;
}

/**
 * How long an operation takes as a function of its number of shards. Only counts that pay are listed: `counts` ascends
 * and `timesMs`, in whole milliseconds, descends.
 */
export interface DurationCurve {
  readonly counts: readonly number[];
  readonly timesMs: readonly number[];
}

/**
 * The time that an operation keeps with the probability of the quantile, for every number of shards that pays:
 * `T(N) = fixed + work·share(N)·q(N) + perShard·N` while all run at once, where q(N) is the quantile of the slowest of N
 * shards. More shards than slots are taken in turn, by whichever slot is free: no longer than whole waves of the slowest,
 * and no longer than `(N·fixed + work·Q) / slots + (1 - 1/slots)·(fixed + work·share(N)·q(N))` (Graham's bound), where Q
 * is the quantile of all shards' work.
 *
 * @complexity O(cap) up to 1,024 shards, logarithmic above
 * @see docs/methods.md, "How many shards"; Graham, "Bounds for certain multiprocessing anomalies", 1966
 */
export function durationCurve(estimate: WorkEstimate, limits: CountLimits, quantile: SpreadQuantile): DurationCurve {
  const counts: number[] = [];
  const timesMs: number[] = [];
  for (let count = limits.floor; count <= limits.cap; count = nextCount(count)) {
    const timeMs = Math.round(operationMs(estimate, limits, { count, quantile }));
    if (timeMs >= (timesMs.at(-1) ?? Number.POSITIVE_INFINITY)) continue;
    counts.push(count);
    timesMs.push(timeMs);
  }
  return { counts, timesMs };
}

/** The time within which an operation of `count` shards ends with the probability of the quantile. */
export function operationMs(
  estimate: WorkEstimate,
  limits: Pick<CountLimits, 'slotMax' | 'largestShare'>,
  { count, quantile }: { readonly count: number; readonly quantile: SpreadQuantile },
): DurationMs {
  const share = Math.max(limits.largestShare(count), estimate.skew / Math.max(count, estimate.skew));
  const slots = Math.max(1, limits.slotMax);
  const longestMs = estimate.fixedMs + estimate.workMs * share * quantile.slowest(count);
  const inWavesMs = Math.ceil(count / slots) * longestMs;
  const takenInTurnMs =
    (count * estimate.fixedMs + estimate.workMs * quantile.total) / slots + (1 - 1 / slots) * longestMs;
  return Math.min(inWavesMs, takenInTurnMs) + estimate.perShardMs * count;
}

/** Index of the smallest listed count that keeps a time; nothing when none does. @complexity O(log n) */
export function leastIndexWithin(curve: DurationCurve, timeMs: DurationMs): number | undefined {
  let low = 0;
  let high = curve.timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((curve.timesMs[middle] ?? 0) <= timeMs) high = middle;
    else low = middle + 1;
  }
  return low < curve.timesMs.length ? low : undefined;
}

function nextCount(count: number): number {
  return count < EVERY_COUNT_MAX ? count + 1 : count + Math.floor(count * COUNT_STEP_SHARE);
}
