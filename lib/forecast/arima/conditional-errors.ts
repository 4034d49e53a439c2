import { type ArimaCoefficients, expand } from './arima-order.ts';

/**
 * The one-step errors of an ARMA model, given that those before the first were 0.
 *
 * @param changes n values of the differenced series
 * @param season its length; 1 when there is none
 * @returns n errors, of which the first `ar` order ones rest on values that were never seen
 * @complexity O(n k) for k lags with a weight
 * @see Box, Jenkins, Reinsel and Ljung, "Time Series Analysis", 5th ed., 7.1.2
 */
export function conditionalErrors(
  changes: Float64Array,
  coefficients: ArimaCoefficients,
  season: number,
): Float64Array {
  const { ar, ma } = expand(coefficients, season);
  const [arLags, maLags] = [weightedLags(ar), weightedLags(ma)];
  const { mean } = coefficients;
  const errors = new Float64Array(changes.length);
  for (let t = ar.length; t < changes.length; t += 1) {
    let error = (changes[t] ?? 0) - mean;
    for (const lag of arLags) error -= (ar[lag - 1] ?? 0) * ((changes[t - lag] ?? 0) - mean);
    for (const lag of maLags) error -= (ma[lag - 1] ?? 0) * (lag <= t ? (errors[t - lag] ?? 0) : 0);
    errors[t] = error;
  }
  return errors;
}

/** A seasonal polynomial has few weights among many zeros. */
export function weightedLags(polynomial: Float64Array): readonly number[] {
  return Array.from(polynomial, (weight, index) => (weight !== 0 ? index + 1 : 0)).filter((lag) => lag > 0);
}

/** Continues an ARMA model: future errors are 0. */
export function continueArma(
  { changes, errors }: { readonly changes: Float64Array; readonly errors: Float64Array },
  coefficients: ArimaCoefficients,
  { season, horizon }: { readonly season: number; readonly horizon: number },
): Float64Array {
  const { ar, ma } = expand(coefficients, season);
  const count = changes.length;
  const path = new Float64Array(count + horizon);
  path.set(changes.map((value) => value - coefficients.mean));
  const [arLags, maLags] = [weightedLags(ar), weightedLags(ma)];
  for (let t = count; t < count + horizon; t += 1) {
    let value = 0;
    for (const lag of arLags) value += (ar[lag - 1] ?? 0) * (lag <= t ? (path[t - lag] ?? 0) : 0);
    for (const lag of maLags) value += (ma[lag - 1] ?? 0) * (t - lag < count ? (errors[t - lag] ?? 0) : 0);
    path[t] = value;
  }
  return path.subarray(count).map((value) => value + coefficients.mean);
}
