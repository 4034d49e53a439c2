/** One-sided 95 % point of the normal. */
const Z = 1.645;

/**
 * Whether a season shows in a series: its autocorrelation at that lag stands out from what the shorter lags alone
 * would give.
 *
 * @param values n finite values
 * @complexity O(n m) for a season of m steps
 * @see Makridakis, Spiliotis and Assimakopoulos, "The M4 Competition", 2020: the test of its benchmarks
 */
export function isSeasonal(values: Float64Array, season: number): boolean {
  const count = values.length;
  if (count < 3 * season) return false;
  const mean = values.reduce((sum, value) => sum + value / count, 0);
  const centred = values.map((value) => value - mean);
  const variance = productAtLag(centred, 0);
  if (!(variance > 0)) return false;
  let squares = 0;
  for (let lag = 1; lag < season; lag += 1) squares += (productAtLag(centred, lag) / variance) ** 2;
  const atSeason = productAtLag(centred, season) / variance;
  return Math.abs(atSeason) > Z * Math.sqrt((1 + 2 * squares) / count);
}

function productAtLag(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let t = lag; t < values.length; t += 1) sum += (values[t] ?? 0) * (values[t - lag] ?? 0);
  return sum;
}
