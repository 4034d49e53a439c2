import { cumulativeStdNormalProbability } from 'simple-statistics';
import type { DurationMs } from '../core/quantity.ts';

/** Never certain: a forecast of a run's end that is off by nothing does not exist. */
const SPREAD_FLOOR = 0.05;

/**
 * Probability that a run ends after its deadline, when its rest is expected to take `remainingMs` with a relative
 * spread (standard deviation over mean), taken as normal.
 *
 * @param timeLeftMs until the deadline; negative when it has passed
 */
export function lateChance(remainingMs: DurationMs, timeLeftMs: DurationMs, relativeSpread: number): number {
  if (remainingMs <= 0) return timeLeftMs < 0 ? 1 : 0;
  const spreadMs = Math.max(SPREAD_FLOOR, relativeSpread) * remainingMs;
  return 1 - cumulativeStdNormalProbability((timeLeftMs - remainingMs) / spreadMs);
}
