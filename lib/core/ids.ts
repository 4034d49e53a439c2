/** A run of one workflow: also the name of its execution. Letters, digits, `-` and `_`, at most 80. */
export type RunId = string;

/** `operation/index`; a shard cut off another one adds its own part: `operation/index.2`. */
export type ShardId = string;

/** The second attempt beside the one of an epoch: it has an item of its own, and works for the shard's. */
export function copyId(shard: ShardId, epoch: number): ShardId {
  return `${shard}~${epoch}`;
}

/** True for an id that {@link copyId} made: nothing else in an id is a `~`. */
export function isCopy(shard: ShardId): boolean {
  return shard.includes('~');
}

/** The shard that a copy works for; any other shard is its own. */
export function originalOf(shard: ShardId): ShardId {
  return isCopy(shard) ? shard.slice(0, shard.indexOf('~')) : shard;
}

/** The task code that a shard runs, with its version: `clean@1`, or `clean@1+sort@2` for a fused chain. */
export type ShardType = string;

/** A worker function: `1769-use1-az1`, or `1769-regional`. */
export type PoolId = string;

/**
 * What a shard waits for; see {@link wideNeed}, {@link narrowNeed}, {@link canaryNeed}, {@link splitNeed} and
 * {@link intakeNeed}.
 */
export type Need = string;

/** Met when every shard of the operation has committed: the barrier node of a wide edge. */
export function wideNeed(operation: string): Need {
  return `wide:${operation}`;
}

/** Met when one shard of a narrow predecessor, with all that was cut off it, has committed. */
export function narrowNeed(shard: ShardId): Need {
  return `narrow:${shard}`;
}

/** Met when the first shards of a new type have shown that the type can be trusted. */
export function canaryNeed(type: ShardType): Need {
  return `canary:${type}`;
}

/** Met when the cut that made the shard was decided for: until then its range still belongs to another shard. */
export function splitNeed(tail: ShardId): Need {
  return `split:${tail}`;
}

/** Met when what arrived in a step of a backlog was taken in. */
export function intakeNeed(operation: string, step: number): Need {
  return `intake:${operation}#${step}`;
}
