import { ForeshardError } from '../core/foreshard-error.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { claimKey, RANK_MS_MAX, type RunUrgency } from './rank-shards.ts';

/** What decides over the place of a shard in the queue. */
export interface ShardUrgency extends RunUrgency {
  /** When the run began. */
  readonly startedAt: EpochMs;
  /** Longest way from the shard's start to the end of its run. */
  readonly upwardRankMs: DurationMs;
}

/** In which order shards are claimed. An installation has one, for all its runs. */
export interface PriorityPolicy {
  readonly name: string;
  /**
   * The smallest is claimed first.
   *
   * @returns finite, from -1e13 to 1e13, as moments in milliseconds are; a run that comes much later comes behind, so
   *   that nothing starves
   */
  claimKey(shard: ShardUrgency): number;
}

/** What Foreshard does unless it is told otherwise: see {@link claimKey}. */
export const latestStart: PriorityPolicy = {
  name: 'foreshard',
  claimKey: ({ upwardRankMs, ...urgency }) => claimKey(upwardRankMs, urgency),
};

/** @throws {ForeshardError} `InvalidInput` when a policy gives a key that has no place in the order */
export function checkedClaimKey(policy: PriorityPolicy, shard: ShardUrgency): number {
  const key = policy.claimKey(shard);
  if (Math.abs(key) <= RANK_MS_MAX) return key;
  throw new ForeshardError(
    'InvalidInput',
    `priority policy '${policy.name}' gave the key ${key}; allowed: -${RANK_MS_MAX} to ${RANK_MS_MAX}; give moments in milliseconds`,
  );
}
