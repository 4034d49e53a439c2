import type { Interval } from './interval.ts';

/** How much each way of forecasting says; together 1. */
export interface Says {
  /** The shape of other types. */
  readonly pool: number;
  /** The network that has learnt from other series. */
  readonly lstm: number;
  /** What has learnt from the type's own past. */
  readonly ensemble: number;
}

/** Two days: what the network has to read, and what lets it be judged. */
export const LSTM_HOURS_MIN = 48;
/** With four days of its own a type needs no others. */
const POOL_HOURS_MAX = 96;
/** From three weeks on nothing beats the ensemble; at two and a half days the network alone does (docs/results/forecast-lstm.md). */
const LSTM_ALONE_HOURS_MAX = 72;
const LSTM_HOURS_MAX = 504;

/**
 * Who is heard after so many hours of a type's own past. It moves without a jump where a way begins to be heard late:
 * the pool leaves in a line, the network hands over to the ensemble in a line.
 */
export function coldStart(
  hourCount: number,
  { hasPool, hasLstm }: { readonly hasPool: boolean; readonly hasLstm: boolean },
): Says {
  const pool = hasPool ? share(POOL_HOURS_MAX, 0, hourCount) : 0;
  const mayRead = hasLstm && hourCount >= LSTM_HOURS_MIN;
  const ofRest = mayRead ? share(LSTM_HOURS_MAX, LSTM_ALONE_HOURS_MAX, hourCount) : 0;
  const lstm = (1 - pool) * ofRest;
  return { pool, lstm, ensemble: 1 - pool - lstm };
}

/** 1 up to `full`, 0 from `none` on. */
function share(none: number, full: number, hourCount: number): number {
  return Math.min(1, Math.max(0, (none - hourCount) / (none - full)));
}

/**
 * Joins forecasts by the mean of their quantiles: points with points, ends with ends.
 *
 * @param paths at least one, equally long, with shares that add up to 1
 * @see Vincent, "The function of the vibrissae in the behavior of the white rat", 1912: averaging quantiles
 */
export function blended(
  paths: readonly { readonly share: number; readonly path: readonly Interval[] }[],
): readonly Interval[] {
  const [first] = paths;
  return (first?.path ?? []).map(({ level }, ahead) => {
    const sum = (end: 'point' | 'lower' | 'upper') =>
      paths.reduce((total, { share: part, path }) => total + part * (path[ahead]?.[end] ?? 0), 0);
    return { point: sum('point'), lower: sum('lower'), upper: sum('upper'), level };
  });
}
