import type { DurationMs } from '../core/quantity.ts';
import { numberHeap } from '../plan/number-heap.ts';

/**
 * How long slots take to work off an operation's open shards: what runs goes on where it is, what waits goes, longest
 * first, to the slot that is free first (Graham's LPT).
 *
 * @param runningMs rest of each running shard
 * @param waitingMs duration of each waiting shard
 * @param slotCount slots that may work on them, at least as many as run
 * @complexity O((n + slots) log(n + slots))
 * @see Graham, "Bounds on multiprocessing timing anomalies", 1969
 */
export function finishTime(
  runningMs: readonly DurationMs[],
  waitingMs: readonly DurationMs[],
  slotCount: number,
): DurationMs {
  const freeAtMs = Array.from({ length: Math.max(1, slotCount, runningMs.length) }, (_, slot) => runningMs[slot] ?? 0);
  const slots = numberHeap(freeAtMs);
  for (const slot of freeAtMs.keys()) slots.push(slot);
  for (const durationMs of waitingMs.toSorted((a, b) => b - a)) {
    const first = slots.pop();
    freeAtMs[first] = (freeAtMs[first] ?? 0) + durationMs;
    slots.push(first);
  }
  return freeAtMs.reduce((last, freeAt) => Math.max(last, freeAt), 0);
}
