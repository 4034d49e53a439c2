/** At most so many of the values, evenly over their order, the smallest and the largest among them. */
export function sampled(values: ReadonlySet<number>, countMax: number): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const count = Math.max(2, Math.floor(countMax));
  if (sorted.length <= count) return sorted;
  return Array.from(
    { length: count },
    (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (count - 1))] ?? 0,
  );
}
