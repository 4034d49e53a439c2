import type { DurationMs, EpochMs } from '../../core/quantity.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A regular grid on which series are kept. */
export interface Resolution {
  readonly stepMs: DurationMs;
  /** Time that one stored item covers: so long that an item stays far below 400 KB, the most that DynamoDB takes. */
  readonly chunkMs: DurationMs;
  /** Older buckets are forgotten. */
  readonly retentionMs: DurationMs;
}

/** Fine to coarse; each step is a whole number of the one before. Retention is as CloudWatch's own, or longer. */
export const RESOLUTIONS: readonly [Resolution, Resolution, Resolution] = [
  { stepMs: MINUTE_MS, chunkMs: DAY_MS, retentionMs: 15 * DAY_MS },
  { stepMs: 5 * MINUTE_MS, chunkMs: 7 * DAY_MS, retentionMs: 63 * DAY_MS },
  { stepMs: HOUR_MS, chunkMs: 56 * DAY_MS, retentionMs: 730 * DAY_MS },
];

/** Above this an hour's grid is as good, and a twelfth of the work. */
const FINE_HORIZON_MS = 6 * HOUR_MS;

/** The grid on which to forecast so far ahead: five minutes up to six hours, hours beyond. */
export function resolutionFor(horizonMs: DurationMs): Resolution {
  const [, fine, coarse] = RESOLUTIONS;
  return horizonMs <= FINE_HORIZON_MS ? fine : coarse;
}

/** The last border of a grid at or before a moment. */
export function gridStart(at: EpochMs, stepMs: DurationMs): EpochMs {
  return Math.floor(at / stepMs) * stepMs;
}
