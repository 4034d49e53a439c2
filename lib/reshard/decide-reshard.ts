import { type Candidate, netUsd, type OpenOperation, type ReshardRequest } from './candidate.ts';
import type { ReshardRecord } from './reshard-record.ts';
import { weighClones } from './weigh-clones.ts';
import { weighCopy } from './weigh-copy.ts';
import { weighMerge } from './weigh-merge.ts';
import { weighRestart } from './weigh-restart.ts';
import { weighSplits } from './weigh-splits.ts';
import { weighTier } from './weigh-tier.ts';
import { withinChurn } from './within-churn.ts';

/** No operation is changed again within this many start overheads. */
const COOL_DOWN_OVERHEADS = 2;

/**
 * Weighs, for each operation, every kind of change against leaving it as it is. At most one change for each operation and
 * call is made, the one with the best net gain among those that are worth it, none within the cool-down of the last one,
 * and all together no more than the churn of the window allows.
 *
 * @returns a record for every change that was weighed, taken or not
 * @see docs/methods.md, "Re-sharding"
 */
export function decideReshard(request: ReshardRequest): readonly ReshardRecord[] {
  const weighed = request.operations
    .filter((operation) => !coolingDown(operation, request))
    .map((operation) => weighAll(operation, request));
  const best = weighed.flatMap((candidates) => bestOf(candidates) ?? []);
  const taken = withinChurn(best, request);
  return weighed.flat().map((candidate) => recordOf(candidate, request, taken.has(candidate)));
}

function coolingDown({ id, overheadMs }: OpenOperation, { earlier, now }: ReshardRequest): boolean {
  return earlier.some(({ operation, taken, at }) => {
    return taken && operation === id && now - at < COOL_DOWN_OVERHEADS * overheadMs;
  });
}

function weighAll(operation: OpenOperation, request: ReshardRequest): readonly Candidate[] {
  return [weighSplits, weighCopy, weighClones, weighRestart, weighTier, weighMerge].flatMap(
    (weigh) => weigh(operation, request) ?? [],
  );
}

function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const [first, ...others] = candidates.filter(({ worth }) => worth);
  return first && others.reduce((best, one) => (netUsd(one) > netUsd(best) ? one : best), first);
}

const VERBS: Readonly<Record<Candidate['change'], string>> = {
  'split-waiting': 'split',
  'split-running': 'split',
  copy: 'copy',
  clone: 'clone',
  restart: 'restart',
  'tier-up': 'move',
  'tier-down': 'move',
  merge: 'merge',
};

function recordOf(candidate: Candidate, { now }: ReshardRequest, taken: boolean): ReshardRecord {
  const { change, operation, shards, cuts, merges, tier, gainUsd, costUsd, savedMs, churnMs, worth, what } = candidate;
  const [shard] = shards;
  const numbers = `${signed(-savedMs / 1_000, 1)} s, +${costUsd.toFixed(6)} USD`;
  const verb = taken ? VERBS[change] : `do not ${VERBS[change]}`;
  return {
    at: now,
    change,
    operation,
    ...(shard !== undefined && { shard }),
    ...(shards.length > 1 && !cuts && !merges && { shards: [...shards] }),
    ...(cuts && { cuts: [...cuts], cutsAt: cuts[0]?.cutsAt ?? [] }),
    ...(merges && { merges: [...merges] }),
    ...(tier && { tier }),
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
