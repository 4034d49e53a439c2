import { probit } from 'simple-statistics';
import type { DurationMs } from '../core/quantity.ts';
import {
  type Candidate,
  idleCount,
  netUsd,
  type OpenOperation,
  type OpenShard,
  type ReshardRequest,
} from './candidate.ts';
import { copiesLeft } from './copy-budget.ts';
import { reshardValue } from './reshard-value.ts';

/** What is larger than this is watched, and copied shard by shard when one is slow. */
const SMALL_SHARDS_MAX = 10;
/** Clones are of use only at the beginning: later most of the work would be done twice for nothing. */
const BEGUN_SHARE_MAX = 0.25;
/** The standard normal quantile of the upper end of a 90 % interval. */
const UPPER_QUANTILE = 1.645;

/**
 * Weighs copying every shard of a small operation at its beginning: it is over before a straggler could be told from the
 * others, and of two attempts each the slowest pair ends sooner than the slowest single one. Durations are taken as
 * lognormal about the prediction.
 *
 * @returns nothing when the operation is not small, not at its beginning, or has not a slot for every clone
 * @see Ananthanarayanan et al., "Effective straggler mitigation: attack of the clones" (Dolly), NSDI 2013
 */
export function weighClones(operation: OpenOperation, request: ReshardRequest): Candidate | undefined {
  const { id, shards, overheadMs, slackMs } = operation;
  const count = shards.length;
  const small = count > 0 && count <= SMALL_SHARDS_MAX && shards.every((shard) => isFresh(shard, request.now));
  if (!small || count > Math.min(idleCount(operation, request), copiesLeft(request))) return undefined;
  const endsEarlierMs = Math.max(0, slowest(shards, 1) - slowest(shards, 2) - overheadMs);
  const savedMs = Math.max(0, endsEarlierMs - Math.max(0, slackMs));
  const lostWorkMs = shards.reduce((sum, { predictedMs }) => sum + predictedMs, 0);
  const idleSavedMs = endsEarlierMs * request.slotCount;
  const value = reshardValue(
    { savedMs, idleSavedMs, newShardCount: count, overheadMs, lostWorkMs, fanInRequests: 0 },
    request,
  );
  return {
    change: 'clone',
    operation: id,
    shards: shards.map((shard) => shard.id),
    savedMs,
    ...value,
    churnMs: count * overheadMs + lostWorkMs,
    worth: netUsd(value) > 0,
    what: `${id}, all ${count} shards`,
  };
}

function isFresh({ state, copyRestMs, startedAt, predictedMs }: OpenShard, now: number): boolean {
  return state === 'running' && copyRestMs === undefined && now - (startedAt ?? now) <= BEGUN_SHARE_MAX * predictedMs;
}

/** Median of the time at which the last of n shards has ended, when each is tried so many times at once. */
function slowest(shards: readonly OpenShard[], attemptCount: number): DurationMs {
  const eachDone = 0.5 ** (1 / shards.length);
  const quantile = 1 - (1 - eachDone) ** (1 / attemptCount);
  return Math.max(
    ...shards.map(({ predictedMs, predictedUpperMs }) => {
      const sigma = Math.log(Math.max(1, predictedUpperMs / Math.max(1, predictedMs))) / UPPER_QUANTILE;
      return predictedMs * Math.exp(sigma * probit(quantile));
    }),
  );
}
