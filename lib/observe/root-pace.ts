import type { EpochMs } from '../core/quantity.ts';

/** A part of what was one shard, with a worker or after one. */
export interface WorkedPart {
  /** Share of the part's range that its worker has taken. */
  readonly takenShare: number;
  readonly predictedMs: number;
  readonly startedAt: EpochMs;
  /** When it ended; now while it runs. */
  readonly workedUntil: EpochMs;
}

/**
 * How much slower than predicted the parts of one shard are: what has been seen of some of them is expected of the
 * others. Data that nobody said were heavy are as heavy in what is cut off. Never below 1: parts that go fast are no
 * promise.
 */
export function rootPace(parts: readonly WorkedPart[]): number {
  let predictedMs = 0;
  let workedMs = 0;
  for (const { takenShare, predictedMs: wholeMs, startedAt, workedUntil } of parts) {
    if (takenShare === 0) continue;
    predictedMs += takenShare * wholeMs;
    workedMs += workedUntil - startedAt;
  }
  return predictedMs > 0 ? Math.max(1, workedMs / predictedMs) : 1;
}
