import { fitLags } from '../numeric/fit-lags.ts';

/**
 * What is left of a series once the shape of its season and its own past are taken off. Two series that merely share a rhythm look alike; their
 * residuals do only if one tells something of the other.
 *
 * @param values n finite values
 * @param seasons their lags and the next are taken off too, where the history is long enough
 * @returns n - p values, those from index p on, where p is the longest lag used
 * @complexity O(n k + k^3) for k lags
 * @see Box, Jenkins, Reinsel and Ljung, "Time Series Analysis", 5th ed., 12.2
 */
export function prewhiten(values: Float64Array, seasons: readonly number[]): Float64Array {
  const shown = seasons.filter((season) => values.length >= 4 * season);
  const used = shown.flatMap((season) => [season, season + 1]);
  const rest = withoutShape(values, shown.at(-1));
  const lags = [...new Set([1, 2, 3, ...used])].sort((a, b) => a - b);
  const first = lags.at(-1) ?? 0;
  const coefficients = fitLags(rest, lags, first);
  return Float64Array.from({ length: Math.max(0, values.length - first) }, (_, index) => {
    const at = first + index;
    const expected = lags.reduce(
      (sum, lag, column) => sum + (coefficients[column + 1] ?? 0) * (rest[at - lag] ?? 0),
      coefficients[0] ?? 0,
    );
    return (rest[at] ?? 0) - expected;
  });
}

/** Takes off the mean of each place of the longest season: lags alone leave some of a fixed shape. */
function withoutShape(values: Float64Array, season: number | undefined): Float64Array {
  if (season === undefined) return values;
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let t = 0; t < values.length; t += 1) {
    sums[t % season] = (sums[t % season] ?? 0) + (values[t] ?? 0);
    counts[t % season] = (counts[t % season] ?? 0) + 1;
  }
  return values.map((value, t) => value - (sums[t % season] ?? 0) / (counts[t % season] ?? 1));
}
