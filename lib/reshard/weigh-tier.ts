import type { CostUsd, DurationMs, MemoryMiB } from '../core/quantity.ts';
import { vcpuOf } from '../core/vcpu.ts';
import { workerCost } from '../plan/price.ts';
import { type Candidate, netUsd, type OpenOperation, type ReshardRequest } from './candidate.ts';
import type { TierFacts } from './tier-facts.ts';

/** An attempt that used more than this share of a tier's memory is taken for one that would run out of it. */
const NEAR_SHARE = 0.9;
/** Fewer attempts than this say little about the largest of those to come. */
const ATTEMPTS_MIN = 8;

/**
 * Weighs giving the shards of a type that still wait to the next larger or the next smaller tier: what they cost there and
 * how long they take, attempts that run out of memory included, against the start of other slots. None goes
 * down to where an attempt came near the limit; a type that has gone down is not moved again, so that it cannot go to and fro.
 *
 * @returns the better of the two; nothing when there is neither, or little is known
 */
export function weighTier(operation: OpenOperation, request: ReshardRequest): Candidate | undefined {
  const { tiers } = operation;
  if (!tiers || tiers.peaksMiB.length < ATTEMPTS_MIN) return undefined;
  const moved = request.earlier.some(
    (one) => one.taken && one.operation === operation.id && one.change === 'tier-down',
  );
  if (moved) return undefined;
  const below = tiers.tiersMiB.filter((tier) => tier < tiers.memoryMiB && nearCount(tiers, tier) === 0).at(-1);
  const above = tiers.tiersMiB.find((tier) => tier > tiers.memoryMiB);
  const weighed = [below, above].flatMap((to) => (to === undefined ? [] : [weigh(operation, tiers, { to, request })]));
  const [first, ...others] = weighed;
  return first && others.reduce((best, one) => (netUsd(one) > netUsd(best) ? one : best), first);
}

function weigh(
  { id, slackMs, overheadMs }: OpenOperation,
  tiers: TierFacts,
  { to, request }: { readonly to: MemoryMiB; readonly request: ReshardRequest },
): Candidate {
  const { slotCount, startDelayMs, lateChance, latenessUsdPerMs } = request;
  const now = inTier(tiers, tiers.memoryMiB, overheadMs);
  const then = inTier(tiers, to, overheadMs);
  const endsEarlierMs = (now.slotMs - then.slotMs) / Math.max(1, slotCount);
  // earlier counts beyond the slack only, later counts from where it is used up
  const savedMs = Math.sign(endsEarlierMs) * Math.max(0, Math.abs(endsEarlierMs) - Math.max(0, slackMs));
  const gainUsd = now.costUsd - then.costUsd + lateChance * latenessUsdPerMs * savedMs;
  const churnMs = startDelayMs * Math.min(slotCount, tiers.waitingCount);
  const costUsd = workerCost(to, churnMs);
  return {
    change: to > tiers.memoryMiB ? 'tier-up' : 'tier-down',
    operation: id,
    shards: [],
    tier: { type: tiers.type, memoryMiB: to },
    savedMs,
    gainUsd,
    costUsd,
    churnMs,
    worth: netUsd({ gainUsd, costUsd }) > 0,
    what: `${tiers.type} from ${tiers.memoryMiB} to ${to} MiB, ${tiers.waitingCount} shards`,
  };
}

/** Time and money of all that waits; what is expected to run out of memory is done again in the next larger tier. */
function inTier(
  tiers: TierFacts,
  memoryMiB: MemoryMiB,
  overheadMs: DurationMs,
): { readonly slotMs: DurationMs; readonly costUsd: CostUsd } {
  const { waitingCount, waitingMs, cpuShare, peaksMiB } = tiers;
  let slotMs = 0;
  let costUsd = 0;
  let share = 1;
  for (const tier of tiers.tiersMiB.filter((one) => one >= memoryMiB)) {
    const stretch = 1 + cpuShare * (1 / Math.min(1, vcpuOf(tier)) - 1);
    const tierMs = share * (waitingMs * stretch + waitingCount * overheadMs);
    slotMs += tierMs;
    costUsd += workerCost(tier, tierMs);
    // half an attempt more: what has not been seen is not impossible
    share *= (nearCount(tiers, tier) + 0.5) / (peaksMiB.length + 1);
  }
  return { slotMs, costUsd };
}

function nearCount({ peaksMiB }: TierFacts, memoryMiB: MemoryMiB): number {
  return peaksMiB.filter((peak) => peak > NEAR_SHARE * memoryMiB).length;
}
