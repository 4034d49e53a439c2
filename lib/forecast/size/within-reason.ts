import type { SizeCurve } from './size-curve.ts';

/** Comparing each record with each other is the most that a task is believed to do. */
const EXPONENT_MAX = 2;

/**
 * Continues a curve beyond the sizes that were seen: there it grows no faster than the square of size, and falls no
 * faster below them. A line fits samples well and yet is nothing, or days, at a size that they say little of.
 *
 * @param smallest of the sizes that were seen
 * @param largest of them
 */
export function withinReason(curve: SizeCurve, smallest: number, largest: number): SizeCurve {
  return (size) => {
    const known = Math.min(largest, Math.max(smallest, size));
    const [value, atKnown] = [curve(size), curve(known)];
    const factor = (Math.max(1, size) / Math.max(1, known)) ** EXPONENT_MAX;
    return size > known
      ? Math.min(value, atKnown * Math.max(1, factor))
      : Math.max(value, atKnown * Math.min(1, factor));
  };
}
