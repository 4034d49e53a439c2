export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / Math.max(1, values.length));
}

/** Three decimals: what a table of ratios can show. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
