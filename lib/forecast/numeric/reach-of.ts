/** The lowest and the highest value that a forecast may take. */
export type Reach = readonly [number, number];

/**
 * How far a history lets one believe a forecast: so many widths of its range beyond either end.
 *
 * @complexity O(n)
 */
export function reachOf(values: Float64Array, widths: number): Reach {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const reach = widths * (highest - lowest);
  return [lowest - reach, highest + reach];
}

/** What is not a number becomes the lowest value: a forecast must never pass one on. */
export function within([lowest, highest]: Reach, value: number): number {
  return value > lowest ? Math.min(highest, value) : lowest;
}
