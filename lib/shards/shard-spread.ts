/** Of the variance of a prediction's error, the part that all shards of a type share: the model is wrong for all. */
export const SHARED_VARIANCE = 0.25;

/** How many times as long a straggler takes, uniform between the two: docs/methods.md, "How many shards". */
export const STRAGGLER_LEAST = 2;
export const STRAGGLER_MOST = 8;

/** How uncertain the durations of an operation's shards are. */
export interface ShardSpread {
  /** Of a shard's log duration; 0 when run times are certain. */
  readonly sigma: number;
  /** Of that variance, the part that all shards of the operation share. */
  readonly sharedVariance: number;
  /** Share of shards that are slow for no reason. */
  readonly stragglerShare: number;
  /** True when a late shard gets a copy, and the first of the two counts. */
  readonly speculation: boolean;
}
