/** Means of so many values each, gaps left out; a group of gaps is a gap. What is left over at the start is dropped. */
export function groupMeans(values: readonly number[], size: number): readonly number[] {
  const count = Math.floor(values.length / size);
  const offset = values.length - count * size;
  return Array.from({ length: count }, (_, group) => {
    const known = values
      .slice(offset + group * size, offset + (group + 1) * size)
      .filter((value) => !Number.isNaN(value));
    return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : Number.NaN;
  });
}
