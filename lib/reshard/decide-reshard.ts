import type { DurationMs } from '../core/quantity.ts';
import { type Candidate, netUsd, type OpenOperation, type ReshardRequest, VERBS } from './candidate.ts';
import type { ReshardRecord } from './reshard-record.ts';
import { weighClones } from './weigh-clones.ts';
import { weighCopy } from './weigh-copy.ts';
import { weighMerge } from './weigh-merge.ts';
import { weighRestart } from './weigh-restart.ts';
import { weighSlots } from './weigh-slots.ts';
import { weighSplits } from './weigh-splits.ts';
import { weighTier } from './weigh-tier.ts';
import { withinChurn } from './within-churn.ts';

/** No operation is changed again within this many start overheads, and no number of slots within as many starts. */
const COOL_DOWN_OVERHEADS = 2;

/**
 * Weighs, for each operation, every kind of change against leaving it as it is. At most one change for each operation and
 * call is made, the one with the best net gain among those that are worth it, none within the cool-down of the last one,
 * and all together no more than the churn of the window allows. Where the shards stay as they are, the number of slots is
 * weighed in the same way: what is cut or copied is priced with the slots that it takes.
 *
 * @returns a record for every change that was weighed, taken or not
 * @see docs/methods.md, "Re-sharding"
 */
export function decideReshard(request: ReshardRequest): readonly ReshardRecord[] {
  const weighed = request.operations
    .filter(({ id, overheadMs }) => !coolingDown(id, overheadMs, request))
    .map((operation) => weighAll(operation, request));
  const best = weighed.flatMap(bestOf);
  const taken = withinChurn(best, request);
  const slots = taken.size > 0 || coolingDown(undefined, request.startDelayMs, request) ? [] : weighSlots(request);
  const slotsTaken = withinChurn(bestOf(slots), request);
  return [
    ...weighed.flat().map((candidate) => recordOf(candidate, request, taken.has(candidate))),
    ...slots.map((candidate) => recordOf(candidate, request, slotsTaken.has(candidate))),
  ];
}

/** @param id of an operation; nothing for the run's slots */
function coolingDown(id: string | undefined, startMs: DurationMs, { earlier, now }: ReshardRequest): boolean {
  return earlier.some(({ operation, taken, at }) => {
    return taken && operation === id && now - at < COOL_DOWN_OVERHEADS * startMs;
  });
}

function weighAll(operation: OpenOperation, request: ReshardRequest): readonly Candidate[] {
  return [weighSplits, weighCopy, weighClones, weighRestart, weighTier, weighMerge].flatMap(
    (weigh) => weigh(operation, request) ?? [],
  );
}

/** The one with the best net gain among those that are worth it, or none. */
function bestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const [first, ...others] = candidates.filter(({ worth }) => worth);
  return first ? [others.reduce((best, one) => (netUsd(one) > netUsd(best) ? one : best), first)] : [];
}

function recordOf(candidate: Candidate, { now }: ReshardRequest, taken: boolean): ReshardRecord {
  const { change, operation, shards, cuts, merges, tier, slots, worth, what } = candidate;
  const { gainUsd, costUsd, savedMs, churnMs } = candidate;
  const [shard] = shards;
  // what slots are dropped for is money alone
  const usd = change === 'drop-slots' ? costUsd - gainUsd : costUsd;
  const numbers = `${signed(-savedMs / 1_000, 1)} s, ${signed(usd, 6)} USD`;
  const verb = taken ? VERBS[change] : `do not ${VERBS[change]}`;
  return {
    at: now,
    change,
    ...(operation !== undefined && { operation }),
    ...(shard !== undefined && { shard }),
    ...(shards.length > 1 && !cuts && !merges && { shards: [...shards] }),
    ...(cuts && { cuts: [...cuts], cutsAt: cuts[0]?.cutsAt ?? [] }),
    ...(merges && { merges: [...merges] }),
    ...(tier && { tier }),
    ...(slots && { slots }),
    gainUsd,
    costUsd,
    savedMs,
    churnMs,
    taken,
    reason: `${verb} ${what}: ${numbers}${worth && !taken ? ', but another change is better or the churn is spent' : ''}`,
  };
}

/** Nothing is saved: `-0.0`; time that is lost has a plus. */
function signed(value: number, digits: number): string {
  return `${value > 0 ? '+' : '-'}${Math.abs(value).toFixed(digits)}`;
}
