import { laggedProducts, runningSum } from './lagged-products.ts';
import { ridgeRegression } from './ridge-regression.ts';

const PENALTY = 1e-4;

/**
 * A small autoregression by ridge regression.
 *
 * @param values n finite values of order one
 * @param lags k of them, at most `first`
 * @param first index of the first value that is explained
 * @returns k + 1 coefficients, the intercept first
 * @complexity O(n k + k^3)
 */
export function fitLags(values: Float64Array, lags: readonly number[], first: number): Float64Array {
  const products = laggedProducts(values);
  const sums = runningSum(values);
  const end = values.length;
  const count = lags.length + 1;
  const gram = new Float64Array(count * count);
  const moments = new Float64Array(count);
  const sumAt = (lag: number) => (sums[end - lag] ?? 0) - (sums[first - lag] ?? 0);
  gram[0] = end - first;
  moments[0] = sumAt(0);
  for (const [index, lag] of lags.entries()) {
    const line = (index + 1) * count;
    gram[line] = sumAt(lag);
    moments[index + 1] = products(0, lag, first, end);
    for (let other = 0; other <= index; other += 1)
      gram[line + other + 1] = products(lag, lags[other] ?? 0, first, end);
  }
  return ridgeRegression({ gram, moments }, PENALTY);
}
