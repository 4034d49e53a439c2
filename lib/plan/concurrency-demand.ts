import { byCodeUnit } from '../core/by-code-unit.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Plan, SlotGrant } from './plan.ts';
import type { Pool } from './pool.ts';

/** What one worker function must be able to run at once. */
export interface ConcurrencyDemand {
  readonly functionName: string;
  /** Slots that active runs hold, or will hold within the lead time: a reservation never falls below it. */
  readonly needCount: number;
  /** Slots worth reserving: the need, or more when the forecast's upper bound says so. */
  readonly desiredCount: number;
  /** The earliest deadline that depends on it: when not everything fits, it is served first. */
  readonly deadlineAt: EpochMs;
}

export interface DemandInput {
  /** Plans of all active runs, of every workflow. */
  readonly plans: readonly Plan[];
  readonly pools: readonly Pool[];
  /** Slots in the ledger by pool, whatever the plans say: a slot that outlives its grant is still running. */
  readonly heldCounts: ReadonlyMap<string, number>;
  /** Upper bound of the forecast of slots by pool over the lead time. */
  readonly expectedCounts: ReadonlyMap<string, number>;
  /** Started environments by pool, on or registered: Lambda refuses a reservation below them. */
  readonly provisionedCounts: ReadonlyMap<string, number>;
  readonly now: EpochMs;
  /** How long a reservation takes to help: the reserver's period and its writes. */
  readonly leadMs: DurationMs;
}

/**
 * Sums all active plans into what every worker function needs.
 *
 * @returns one demand for each pool, by function name
 * @complexity O(g log g) for g grants
 */
export function concurrencyDemand(input: DemandInput): readonly ConcurrencyDemand[] {
  const near = input.plans.flatMap((plan) =>
    plan.grants.filter((grant) => isNear(grant, input)).map((grant) => ({ grant, deadlineAt: plan.deadlineAt })),
  );
  return input.pools
    .map((pool) => {
      const own = near.filter(({ grant }) => grant.pool === pool.id);
      const peak = peakSlots(own.map(({ grant }) => grant));
      const provisionedCount = input.provisionedCounts.get(pool.id) ?? 0;
      const needCount = Math.max(peak, input.heldCounts.get(pool.id) ?? 0, provisionedCount);
      return {
        functionName: pool.functionName,
        needCount,
        desiredCount: Math.max(needCount, Math.ceil(input.expectedCounts.get(pool.id) ?? 0)),
        deadlineAt: Math.min(...own.map(({ deadlineAt }) => deadlineAt), Number.MAX_SAFE_INTEGER),
      };
    })
    .sort((a, b) => byCodeUnit(a.functionName, b.functionName));
}

function isNear(grant: SlotGrant, { now, leadMs }: DemandInput): boolean {
  return grant.from < now + leadMs && grant.until > now;
}

/** The most slots at any moment: where one grant ends another may begin, so ends count before starts. */
function peakSlots(grants: readonly SlotGrant[]): number {
  const changes = grants
    .flatMap(({ from, until, slotCount }) => [
      { at: from, by: slotCount },
      { at: until, by: -slotCount },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let slots = 0;
  let peak = 0;
  for (const { by } of changes) {
    slots += by;
    peak = Math.max(peak, slots);
  }
  return peak;
}
