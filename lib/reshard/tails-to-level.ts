import type { DurationMs } from '../core/quantity.ts';

/** Halvings of the level: by then it is known to a millionth of the longest rest. */
const HALVINGS = 20;

/**
 * How many tails to cut off each of several shards, so that the longest part is as short as can be: all that is longer
 * than some level is cut into parts up to that level, and the level is as low as the number of tails allows.
 *
 * @param restsMs what is left of each shard
 * @param terms overhead that each tail pays, and how many tails there may be in all
 * @returns the number for each shard, in their order
 * @complexity O(n)
 */
export function tailsToLevel(
  restsMs: readonly DurationMs[],
  { overheadMs, tailCount }: { readonly overheadMs: DurationMs; readonly tailCount: number },
): readonly number[] {
  const countsAt = (levelMs: DurationMs) =>
    restsMs.map((restMs) => (restMs <= levelMs ? 0 : Math.ceil((restMs - levelMs) / (levelMs - overheadMs))));
  const fits = (levelMs: DurationMs) => countsAt(levelMs).reduce((sum, count) => sum + count, 0) <= tailCount;
  let high = restsMs.reduce((longest, restMs) => Math.max(longest, restMs), 0);
  let low = Math.min(high, overheadMs);
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (middle > overheadMs && fits(middle)) high = middle;
    else low = middle;
  }
  return countsAt(high);
}
