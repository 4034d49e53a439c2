import {
  type Candidate,
  idleCount,
  netUsd,
  type OpenOperation,
  type OpenShard,
  type ReshardRequest,
} from './candidate.ts';
import { copyWinChance } from './copy-budget.ts';
import { finishTime } from './finish-time.ts';
import { isStraggler, leastEarlierMs } from './is-straggler.ts';
import { reshardValue } from './reshard-value.ts';

/** A shard is begun again only when what is left of it takes longer than this many fresh runs. */
const FRESH_RUNS = 2;

/**
 * Weighs taking a running shard from its worker and giving it to whoever is free next: for when no slot is idle, so that
 * no copy can run beside it. Its work so far is lost.
 *
 * @returns nothing when a slot is idle, or no rest exceeds two fresh runs
 * @see Ananthanarayanan et al., "Reining in the outliers in Map-Reduce clusters using Mantri", OSDI 2010
 */
export function weighRestart(operation: OpenOperation, request: ReshardRequest): Candidate | undefined {
  if (idleCount(operation, request) > 0) return undefined;
  const slow = operation.shards
    .filter((shard) => isStraggler(shard, request.now) && !shard.lastAttempt)
    .filter(({ remainingMs, freshMs }) => remainingMs > FRESH_RUNS * (freshMs + operation.overheadMs))
    .toSorted((a, b) => b.remainingMs - a.remainingMs)[0];
  return slow && weigh(slow, operation, request);
}

function weigh(slow: OpenShard, operation: OpenOperation, request: ReshardRequest): Candidate {
  const { shards, overheadMs, slackMs } = operation;
  const { now, slotCount, slotMax } = request;
  const others = shards.filter((shard) => shard !== slow);
  const rests = (state: OpenShard['state']) =>
    others.filter((shard) => shard.state === state).map((s) => s.remainingMs);
  const before = finishTime([...rests('running'), slow.remainingMs], rests('waiting'), slotMax);
  const after = finishTime(rests('running'), [...rests('waiting'), slow.freshMs + overheadMs], slotMax);
  const endsEarlierMs = copyWinChance(request) * Math.max(0, before - after);
  const savedMs = Math.max(0, endsEarlierMs - Math.max(0, slackMs));
  const lostWorkMs = now - (slow.startedAt ?? now);
  const value = reshardValue(
    { savedMs, idleSavedMs: endsEarlierMs * slotCount, newShardCount: 1, overheadMs, lostWorkMs, fanInRequests: 0 },
    request,
  );
  return {
    change: 'restart',
    operation: operation.id,
    shards: [slow.id],
    savedMs,
    ...value,
    churnMs: overheadMs + lostWorkMs,
    worth: netUsd(value) > 0 && endsEarlierMs > leastEarlierMs(slow, overheadMs),
    what: `${slow.id}, ${(lostWorkMs / 1_000).toFixed(1)} s lost`,
  };
}
