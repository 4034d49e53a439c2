import type { InputLayout } from './input-layout.ts';

/** Segments per range that will be cut: fine enough that one segment too many hardly matters. */
const SEGMENTS_PER_RANGE = 16;

export interface KeySample {
  /** Keys of records drawn at random, whole numbers in [0, unitCount). */
  readonly keys: readonly number[];
  /** The key space. */
  readonly unitCount: number;
  /** Of all records, sampled or not. */
  readonly bytes: number;
}

/**
 * Lays out a key space by how often its keys occur in a sample: segments of nearly equal weight, and every key that is
 * as heavy as a segment alone in one, so that a cut can isolate it.
 *
 * @param rangeCount the number of ranges that the space will be cut into
 * @complexity O(n log n) for n sampled keys
 * @see DeWitt et al., "Practical skew handling in parallel joins", 1992
 */
export function keyHistogram({ keys, unitCount, bytes }: KeySample, rangeCount: number): InputLayout {
  const counts = countSorted(keys);
  const fullWeight = keys.length / Math.max(1, rangeCount * SEGMENTS_PER_RANGE);
  const perRecord = bytes / Math.max(1, keys.length);
  const segments: { units: number; bytes: number }[] = [];
  let begunAt = 0;
  let weight = 0;
  const close = (end: number) => {
    if (end > begunAt) segments.push({ units: end - begunAt, bytes: weight * perRecord });
    begunAt = end;
    weight = 0;
  };
  for (const [key, count] of counts) {
    if (count >= fullWeight || weight + count > fullWeight) close(key);
    weight += count;
    if (count >= fullWeight) close(key + 1);
  }
  close(unitCount);
  return { unit: 'key', unitCount, segments, cutInside: false, objects: [] };
}

/** How often each key occurs, by key. */
function countSorted(keys: readonly number[]): readonly (readonly [number, number])[] {
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}
