import type { DurationMs } from '../core/quantity.ts';
import type { Workflow } from '../workflow/definition.ts';
import { alternative, type PlanAlternative, type PlanPlace } from './plan-alternatives.ts';
import type { TriedPlan } from './try-plan.ts';

/** A plan that no other one beats in both money and time. */
export type TradeOffPoint = NonNullable<PlanAlternative['plan']> & { readonly deadlineMs: DurationMs };

/** Plans between the fastest and the slowest. */
const STEPS = 8;
/** Each step is a whole plan: for very large workflows there are fewer. */
const SHARDS_PLANNED_MAX = 40_000;
/** No plan is forced by this deadline. */
const FAR_MS = 7 * 24 * 3_600_000;

/**
 * The Pareto curve of cost against finish time: the fastest plan, the one that nothing hurries, and plans for deadlines
 * spread evenly, as ratios, between their ends; those that cost more and end no sooner than another are left out.
 *
 * @returns by finish time; costs descend
 */
export async function planTradeOff(tried: TriedPlan, place: PlanPlace): Promise<readonly TradeOffPoint[]> {
  const { workflow } = tried.definition;
  const least: Workflow = { ...workflow, objective: 'cost' };
  const fastest = await pointOf({ ...workflow, objective: 'latency' }, FAR_MS, place);
  const slowest = await pointOf(least, FAR_MS, place);
  const steps = Math.min(STEPS, Math.floor(SHARDS_PLANNED_MAX / Math.max(1, tried.sharding.shards.length)));
  const points = [...fastest, ...slowest];
  const [from = 0, to = 0] = [fastest[0]?.expectedMs, slowest[0]?.expectedMs];
  for (let step = 1; step < steps && to > from; step += 1) {
    points.push(...(await pointOf(least, Math.round(from * (to / from) ** (step / steps)), place)));
  }
  return undominated(points);
}

async function pointOf(workflow: Workflow, deadlineMs: DurationMs, place: PlanPlace): Promise<TradeOffPoint[]> {
  const { plan } = await alternative(workflow, deadlineMs, place);
  return plan ? [{ deadlineMs, ...plan }] : [];
}

/** Of equal ones the first stays. */
export function undominated(points: readonly TradeOffPoint[]): readonly TradeOffPoint[] {
  let leastUsd = Number.POSITIVE_INFINITY;
  return points
    .toSorted((a, b) => a.expectedMs - b.expectedMs || a.costUsd - b.costUsd)
    .filter(({ costUsd }) => {
      const cheaper = costUsd < leastUsd;
      leastUsd = Math.min(leastUsd, costUsd);
      return cheaper;
    });
}
