import { ensemble } from '../../lib/forecast/ensemble.ts';
import type { Interval } from '../../lib/forecast/interval.ts';
import type { PointModel } from '../../lib/forecast/point-model.ts';

/** Steps that the M4 competition asks for. */
export const M4_HORIZON = 48;

export const M4_LEVEL = 0.95;

/** The ensemble's next 48 hours of an hourly history. */
export function hourlyForecast(known: readonly number[], models?: readonly PointModel[]): readonly Interval[] {
  const series = { values: known, startedAt: 0, stepMs: 3_600_000, seasons: [24, 168] };
  return ensemble({ horizon: M4_HORIZON, ...(models && { models }) })
    .fit(series)
    .predict(M4_HORIZON, M4_LEVEL);
}
