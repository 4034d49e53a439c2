/**
 * Maps any numbers to the coefficients of a stationary autoregression: each becomes a partial autocorrelation in
 * (-1, 1), and those give the coefficients by Durbin and Levinson's recursion. A search over the numbers cannot leave
 * the models that do not explode. Moving averages are kept invertible the same way, with the sign turned.
 *
 * @param free p numbers
 * @complexity O(p^2)
 * @see Barndorff-Nielsen and Schou, "On the parametrization of autoregressive models by partial autocorrelations", 1973
 */
export function stationary(free: readonly number[]): readonly number[] {
  let coefficients: readonly number[] = [];
  for (const value of free) {
    const partial = PARTIAL_MAX * Math.tanh(value);
    const before = coefficients;
    coefficients = [...before.map((one, index) => one - partial * (before[before.length - 1 - index] ?? 0)), partial];
  }
  return coefficients;
}

/** At 1 itself the root would lie on the unit circle. */
export const PARTIAL_MAX = 0.995;
