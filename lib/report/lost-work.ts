import type { DurationMs } from '../core/quantity.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';

/** What failures have cost a run. */
export interface LostWork {
  /** Attempts that ended without a commit. */
  readonly lostCount: number;
  /** Time that they had worked. */
  readonly lostMs: DurationMs;
  /** Shards that were done by a later attempt than their first. */
  readonly againCount: number;
  /** Time that those later attempts took. */
  readonly againMs: DurationMs;
}

/** Adds up the attempts that came to nothing, and those that did their work again. */
export function lostWork(attempts: readonly ShardAttempt[]): LostWork {
  const lost = attempts.filter(({ outcome }) => outcome !== 'committed');
  const again = attempts.filter(({ outcome, epoch }) => outcome === 'committed' && epoch > 1);
  return {
    lostCount: lost.length,
    lostMs: durationMs(lost),
    againCount: again.length,
    againMs: durationMs(again),
  };
}

function durationMs(attempts: readonly ShardAttempt[]): DurationMs {
  return attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0);
}
