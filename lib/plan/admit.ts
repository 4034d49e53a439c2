import type { EpochMs } from '../core/quantity.ts';
import type { Plan } from './plan.ts';

/** Whether a new workflow is taken, and what it may expect. */
export type Admission =
  | { readonly admitted: 'now' }
  | { readonly admitted: 'later'; readonly startsAt: EpochMs }
  | { readonly admitted: 'refused'; readonly earliestEndAt: EpochMs };

/**
 * Decides about a new workflow by the plan that it would get beside all that is held already: taken at once, taken to
 * start when slots come free, or refused with the earliest deadline that it could have.
 *
 * @param chanceMin probability of meeting the deadline below which it is refused
 */
export function admit(plan: Plan, chanceMin: number): Admission {
  const startsAt = plan.placements.reduce(
    (first, one) => Math.min(first, one.expectedStartAt),
    Number.POSITIVE_INFINITY,
  );
  if (plan.placements.length === 0) return { admitted: 'now' };
  if (plan.expectedEndAt > plan.deadlineAt || plan.chance < chanceMin) {
    return { admitted: 'refused', earliestEndAt: plan.expectedEndAt };
  }
  return plan.queue.some(({ expectedStartAt }) => expectedStartAt <= startsAt)
    ? { admitted: 'later', startsAt }
    : { admitted: 'now' };
}
