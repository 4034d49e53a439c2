import { lstmTape } from './lstm-network.ts';
import { levelScale, lstmForecast, READ_COUNT, SHAPE } from './lstm-path.ts';

const HORIZON = 48;
const DAY = 24;

/**
 * How well a network predicts the last two days of series.
 *
 * @returns the mean over the series of its mean absolute error over that of the day before; null when none is long enough
 */
export function validationError(parameters: Float64Array, series: readonly Float64Array[]): number | null {
  const tape = lstmTape(SHAPE, READ_COUNT + HORIZON);
  const ratios = series.flatMap((values) => {
    const origin = values.length - HORIZON;
    if (origin < DAY) return [];
    const scale = levelScale(values.subarray(0, origin));
    const level = values.map(scale.forward);
    const path = lstmForecast(parameters, level, { origin, horizon: HORIZON, tape }).map(scale.backward);
    let [error, naive] = [0, 0];
    for (let ahead = 0; ahead < HORIZON; ahead += 1) {
      const truth = values[origin + ahead] ?? 0;
      error += Math.abs(truth - (path[ahead] ?? 0));
      naive += Math.abs(truth - (values[origin - DAY + (ahead % DAY)] ?? 0));
    }
    return naive > 0 ? [error / naive] : [];
  });
  return ratios.length > 0 ? ratios.reduce((sum, ratio) => sum + ratio / ratios.length, 0) : null;
}
