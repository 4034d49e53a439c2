import type { Bytes, DurationMs, MemoryMiB } from '../core/quantity.ts';

/**
 * What one operation costs as a function of its number of shards N, `T(N) = fixed + work·skew/N + perShard·N`
 * (docs/methods.md, "How many shards").
 */
export interface WorkEstimate {
  /** Work of the whole operation on one vCPU. */
  readonly workMs: DurationMs;
  /** Start and fixed I/O of one shard. */
  readonly fixedMs: DurationMs;
  /** What each further shard adds in series: environment ramp, requests of a shuffle. */
  readonly perShardMs: DurationMs;
  /** At least 1: how much longer the slowest shard takes than the mean one. */
  readonly skew: number;
  /** Spread of a shard's log duration about the predicted one, its median; 0 when run times are certain. */
  readonly sigma: number;
  /** Share of shards that are slow for no reason. @default 0 */
  readonly stragglerShare?: number;
  /** Into how many shards the last run cut it; nothing when that is not known. */
  readonly lastShardCount?: number;
  readonly bytes: Bytes;
  readonly memoryMiB: MemoryMiB;
}
