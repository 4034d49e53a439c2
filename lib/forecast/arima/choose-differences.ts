import { isSeasonal } from '../numeric/is-seasonal.ts';
import { differences } from './difference.ts';

/** 5 % point of the KPSS statistic for a level. */
const KPSS_LIMIT = 0.463;

const DIFFERENCES_MAX = 2;

/**
 * How often a series must be differenced: once at its season where one shows, then as long as a test denies that the
 * level stays.
 *
 * @complexity O(n m)
 * @see Kwiatkowski, Phillips, Schmidt and Shin, "Testing the null hypothesis of stationarity", 1992
 */
export function chooseDifferences(
  values: Float64Array,
  season: number,
): { readonly d: number; readonly seasonalD: number } {
  const seasonalD = season > 1 && isSeasonal(values, season) ? 1 : 0;
  let rest = seasonalD > 0 ? differences(values, [season]) : values;
  let d = 0;
  while (d + seasonalD < DIFFERENCES_MAX && kpss(rest) > KPSS_LIMIT) {
    rest = differences(rest, [1]);
    d += 1;
  }
  return { d, seasonalD };
}

/** The statistic for a constant level, with Bartlett weights over `4 (n / 100)^(1/4)` lags. */
export function kpss(values: Float64Array): number {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value / count, 0);
  const rest = values.map((value) => value - mean);
  let [partial, squares] = [0, 0];
  for (const value of rest) {
    partial += value;
    squares += partial * partial;
  }
  const lags = Math.floor(4 * (count / 100) ** 0.25);
  let variance = 0;
  for (let lag = 0; lag <= lags; lag += 1) {
    let covariance = 0;
    for (let t = lag; t < count; t += 1) covariance += ((rest[t] ?? 0) * (rest[t - lag] ?? 0)) / count;
    variance += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * covariance;
  }
  return variance > 0 ? squares / (count * count * variance) : 0;
}
