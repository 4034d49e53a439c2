import type { DurationMs } from '../core/quantity.ts';

/**
 * How long slots take to work off an operation's open shards: what runs goes on where it is, what waits goes, longest
 * first, to the slot that is free first (Graham's LPT).
 *
 * @param runningMs rest of each running shard
 * @param waitingMs duration of each waiting shard
 * @param slotCount slots that may work on them, at least as many as run
 * @complexity O(n log n + n·slots)
 * @see Graham, "Bounds on multiprocessing timing anomalies", 1969
 */
export function finishTime(
  runningMs: readonly DurationMs[],
  waitingMs: readonly DurationMs[],
  slotCount: number,
): DurationMs {
  const freeAtMs = Array.from({ length: Math.max(1, slotCount, runningMs.length) }, (_, slot) => runningMs[slot] ?? 0);
  for (const durationMs of waitingMs.toSorted((a, b) => b - a)) {
    let first = 0;
    for (let slot = 1; slot < freeAtMs.length; slot += 1) {
      if ((freeAtMs[slot] ?? 0) < (freeAtMs[first] ?? 0)) first = slot;
    }
    freeAtMs[first] = (freeAtMs[first] ?? 0) + durationMs;
  }
  return Math.max(...freeAtMs);
}
