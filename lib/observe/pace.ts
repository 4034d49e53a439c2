import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { WatchedShard } from './watched-shard.ts';

/** A finished shard: what was predicted and what it took. */
export interface FinishedShard {
  readonly predictedMs: DurationMs;
  readonly actualMs: DurationMs;
}

/** Below this much finished work the pace is still mostly chance, and the prediction counts for the rest of it. */
const TRUSTED_WORK_MS = 1_000;

/**
 * How much longer work takes than was predicted: actual over predicted time of what has finished, drawn towards 1
 * while little has. Above 1 is slower than predicted.
 *
 * @complexity O(n)
 */
export function pace(finished: readonly FinishedShard[]): number {
  let predictedMs = TRUSTED_WORK_MS;
  let actualMs = TRUSTED_WORK_MS;
  for (const shard of finished) {
    predictedMs += shard.predictedMs;
    actualMs += shard.actualMs;
  }
  return actualMs / predictedMs;
}

/** A worker takes half of what is left ahead of what it has done, one to four seconds (`work-blocks.ts`): half on average. */
const AHEAD_SHARE = 1 / 4;
const AHEAD_MIN_MS: DurationMs = 500;
const AHEAD_MAX_MS: DurationMs = 2_000;

/** Until then the cursor may be where the claim has put it, by the pace of another shard. */
const MEASURED_AFTER_MS: DurationMs = 500;

/** The prediction counts as much as having seen this share of the shard: the first blocks alone tell little. */
const PREDICTION_SHARE = 0.1;

/** True when the cursor tells how fast a shard goes: a single unit is taken whole when it is claimed, which tells nothing. */
export function isMeasured({ start, end, cursor }: Pick<WatchedShard, 'start' | 'end' | 'cursor'>): boolean {
  return cursor > start && end - start > 1;
}

/** What the rest of a shard goes by. */
type PacedShard = Pick<WatchedShard, 'state' | 'start' | 'end' | 'cursor' | 'startedAt' | 'predictedMs'>;

/**
 * What a shard still has to do at the given pace. A worker that reports a cursor is judged by it; one that has not
 * moved is expected to need at least as long again as it already takes beyond its prediction.
 */
export function remainingMs(shard: PacedShard, now: EpochMs, runPace: number): DurationMs {
  const expectedMs = shard.predictedMs * runPace;
  if (shard.state === 'waiting' || shard.startedAt === undefined) return expectedMs;
  const elapsedMs = Math.max(0, now - shard.startedAt);
  const doneShare = (shard.cursor - shard.start) / Math.max(1, shard.end - shard.start);
  if (isMeasured(shard) && elapsedMs >= MEASURED_AFTER_MS) {
    const seenShare = doneShare + PREDICTION_SHARE;
    const seenMs = elapsedMs + PREDICTION_SHARE * expectedMs;
    const aheadMs = workAhead({ seenShare, seenMs, elapsedMs });
    return Math.max(0, (seenMs + aheadMs) / seenShare - elapsedMs);
  }
  return elapsedMs < expectedMs ? expectedMs - elapsedMs : elapsedMs - expectedMs;
}

/** Solves `ahead = AHEAD_SHARE · rest`, where the rest is what `seenMs + ahead` for the share that is seen leaves. */
function workAhead({ seenShare, seenMs, elapsedMs }: Record<'seenShare' | 'seenMs' | 'elapsedMs', number>): DurationMs {
  if (seenShare <= AHEAD_SHARE) return AHEAD_MAX_MS;
  const aheadMs = (AHEAD_SHARE * (seenMs - elapsedMs * seenShare)) / (seenShare - AHEAD_SHARE);
  return Math.min(AHEAD_MAX_MS, Math.max(AHEAD_MIN_MS, aheadMs));
}
