import type { Bytes, DurationMs } from '../core/quantity.ts';
import { ensemble } from './ensemble.ts';
import type { Interval } from './interval.ts';

/** With fewer steps seen, what was expected before the run says more than they do. */
const SEEN_MIN = 3;
/** The models look this far ahead; what lies beyond is expected to be as their last step. */
const HORIZON_MAX = 240;
/** Newest steps that are looked at. */
const HISTORY_MAX = 600;

export interface Ingress {
  /** Bytes that arrived in each step so far, without what lay there before the first. */
  readonly seen: readonly Bytes[];
  /** What each step still to come was expected to bring before the run. */
  readonly expected: readonly Interval[];
  readonly stepMs: DurationMs;
  readonly level: number;
}

/**
 * Forecasts what each step to come will bring: by the ensemble of models from the steps seen, until there are enough of
 * them by what was expected before the run.
 *
 * @returns one interval for each expected step, in bytes
 * @complexity that of one ensemble of at most 600 values
 */
export function forecastIngress({ seen, expected, stepMs, level }: Ingress): readonly Interval[] {
  if (seen.length < SEEN_MIN || expected.length === 0) return expected;
  const horizon = Math.min(expected.length, HORIZON_MAX);
  const history = { values: seen.slice(-HISTORY_MAX), startedAt: 0, stepMs, seasons: [] };
  const predicted = ensemble({ horizon }).fit(history).predict(horizon, level);
  return expected.map((before, ahead) => atLeastNothing(predicted[Math.min(ahead, horizon - 1)] ?? before, level));
}

function atLeastNothing({ point, lower, upper }: Interval, level: number): Interval {
  return { point: Math.max(0, point), lower: Math.max(0, lower), upper: Math.max(0, upper), level };
}
