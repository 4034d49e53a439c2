import type { ShardId } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';

/** A shard that is not done, as the monitor sees it. */
export interface WatchedShard {
  readonly id: ShardId;
  readonly operation: string;
  readonly state: 'waiting' | 'running';
  /** Its range in units of its operation's layout; what another shard has been cut off is not part of it. */
  readonly start: number;
  readonly end: number;
  /** How far its worker is; the range's start while it waits. */
  readonly cursor: number;
  readonly startedAt?: EpochMs;
  readonly leaseUntil?: EpochMs;
  readonly slot?: string;
  /** Predicted duration of the whole range, and the upper end of its interval. */
  readonly predictedMs: DurationMs;
  readonly predictedUpperMs: DurationMs;
}
