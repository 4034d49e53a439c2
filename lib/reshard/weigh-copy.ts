import type { DurationMs } from '../core/quantity.ts';
import {
  type Candidate,
  idleCount,
  netUsd,
  type OpenOperation,
  type OpenShard,
  type ReshardRequest,
} from './candidate.ts';
import { copiesLeft, copyWinChance } from './copy-budget.ts';
import { finishTime } from './finish-time.ts';
import { isStraggler, leastEarlierMs } from './is-straggler.ts';
import { reshardValue } from './reshard-value.ts';
import { waitingIsDearer } from './waiting-is-dearer.ts';

/**
 * Weighs a second attempt beside the running shard that is expected to end last, when a slot is idle and a fresh run would
 * end before it does. What the copy saves is counted only as far as copies of this run have been first: a shard may be
 * slow for its data, and then its copy is as slow.
 *
 * @returns nothing when no copy would end earlier, or none more may run
 * @see Zaharia et al., "Improving MapReduce performance in heterogeneous environments" (LATE), OSDI 2008
 */
export function weighCopy(operation: OpenOperation, request: ReshardRequest): Candidate | undefined {
  if (idleCount(operation, request) === 0 || copiesLeft(request) === 0) return undefined;
  const slow = operation.shards
    .filter((shard) => isStraggler(shard, request.now) && freshMs(shard, operation, request) < shard.remainingMs)
    .toSorted((a, b) => b.remainingMs - a.remainingMs)[0];
  return slow && weigh(slow, operation, request);
}

/** Until a copy that is made now has done it all; it waits for a slot that has yet to start. */
function freshMs(
  shard: OpenShard,
  { overheadMs, shards }: OpenOperation,
  { slotCount, startDelayMs }: ReshardRequest,
): DurationMs {
  return shard.freshMs + overheadMs + (shards.length < slotCount ? 0 : startDelayMs);
}

function weigh(slow: OpenShard, operation: OpenOperation, request: ReshardRequest): Candidate {
  const { shards, overheadMs, slackMs } = operation;
  const { slotCount, slotMax } = request;
  const fresh = freshMs(slow, operation, request);
  const rests = shards.map((shard) => shard.remainingMs);
  const before = finishTime(rests, [], slotMax);
  const after = finishTime(
    shards.map((shard) => (shard === slow ? fresh : shard.remainingMs)),
    [],
    slotMax,
  );
  const endsEarlierMs = copyWinChance(request) * Math.max(0, before - after);
  const savedMs = Math.max(0, endsEarlierMs - Math.max(0, slackMs));
  const lostWorkMs = Math.min(fresh, slow.remainingMs);
  const value = reshardValue(
    { savedMs, idleSavedMs: endsEarlierMs * slotCount, newShardCount: 1, overheadMs, lostWorkMs, fanInRequests: 0 },
    request,
  );
  return {
    change: 'copy',
    operation: operation.id,
    shards: [slow.id],
    savedMs,
    ...value,
    churnMs: overheadMs + lostWorkMs,
    worth:
      (netUsd(value) > 0 && endsEarlierMs > leastEarlierMs(slow, overheadMs)) ||
      waitingIsDearer(slow, value.costUsd, request),
    what: `${slow.id}, which needs ${seconds(slow.remainingMs)} s more and afresh ${seconds(fresh)} s`,
  };
}

function seconds(durationMs: DurationMs): string {
  return (durationMs / 1_000).toFixed(1);
}
