import type { Random } from '../../lib/core/random.ts';

/** A standard normal number. @see Box and Muller, 1958 */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / Math.max(1, values.length));
}

/** Three decimals: what a table of ratios can show. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
