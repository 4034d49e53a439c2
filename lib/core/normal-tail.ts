/**
 * The probability that a standard normal number exceeds z, to a relative error of 1.2e-7 however small it is.
 *
 * @see Press et al., "Numerical Recipes in C", 1992, erfcc
 */
export function normalTail(z: number): number {
  const size = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + size / 2);
  const series = COEFFICIENTS.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  const tail = (t * Math.exp(series - size * size)) / 2;
  return z >= 0 ? tail : 1 - tail;
}

const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];
