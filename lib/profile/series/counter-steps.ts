/**
 * What a counter counted in each step. One that falls was set back and counts from 0 again; after a gap nobody knows
 * in which step the difference came, so the step is a gap too.
 *
 * @param readings n readings of a counter that only grows, or starts anew; `NaN` is a gap
 * @returns n values, the first of them a gap
 * @complexity O(n)
 */
export function counterSteps(readings: readonly number[]): readonly number[] {
  return readings.map((reading, index) => {
    const before = readings[index - 1] ?? Number.NaN;
    return reading < before ? reading : reading - before;
  });
}
