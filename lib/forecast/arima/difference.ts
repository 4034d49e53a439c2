import type { ArimaOrder } from './arima-order.ts';

/** The lags of the differences of an order, seasonal ones first. */
export function differenceLags({ d, seasonalD, season }: ArimaOrder): readonly number[] {
  return [...new Array<number>(seasonalD).fill(season), ...new Array<number>(d).fill(1)];
}

/** Takes differences at each lag in turn; the result is shorter by their sum. */
export function differences(values: Float64Array, lags: readonly number[]): Float64Array {
  return lags.reduce<Float64Array>(
    (series, lag) => series.subarray(lag).map((value, index) => value - (series[index] ?? 0)),
    values,
  );
}

/**
 * Undoes `differences` for what follows: sums forecast changes up onto the known values.
 *
 * @param known the values before the forecast, not differenced
 * @param changes forecast of the differenced series
 */
export function integrate(known: Float64Array, changes: Float64Array, lags: readonly number[]): Float64Array {
  const stages = lags.map((_, index) => differences(known, lags.slice(0, index)));
  return lags.reduceRight<Float64Array>((forecast, lag, index) => {
    const before = stages[index] ?? known;
    const path = new Float64Array(lag + forecast.length);
    path.set(before.subarray(Math.max(0, before.length - lag)));
    for (let ahead = 0; ahead < forecast.length; ahead += 1)
      path[lag + ahead] = (path[ahead] ?? 0) + (forecast[ahead] ?? 0);
    return path.subarray(lag);
  }, changes);
}
