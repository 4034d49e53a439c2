import type { RunId } from '../core/ids.ts';
import { allocate } from '../plan/allocate.ts';
import type { ZoneStarts } from '../plan/list-pools.ts';
import type { Plan } from '../plan/plan.ts';
import type { Services } from '../ports/services.ts';
import { type StoredPlan, storePlan } from '../run/store-plan.ts';
import { allocationRequest } from './allocation-request.ts';
import { loadAllocation } from './load-allocation.ts';

/** Each failed try means that another run took what the plan counted on; after the last it takes what there is. */
const PLAN_TRIES_MAX = 3;

export interface PlannedRun {
  readonly plan: Plan;
  readonly stored: Exclude<StoredPlan, { readonly outcome: 'overtaken' }>;
}

/**
 * Plans a run, for the first time or again, and carries the plan out in the tables. Of two newcomers that are planned at
 * one moment beside the same holds, the second is planned anew beside the first: else both would be admitted.
 *
 * @param starts zones in which new work may start, and how much
 */
export async function planRun(run: RunId, starts: ZoneStarts, services: Services): Promise<PlannedRun> {
  for (let tries = 1; ; tries += 1) {
    const facts = await loadAllocation(run, starts, services);
    const request = allocationRequest(facts);
    const plan = allocate(request, services.random, { priority: services.priority });
    const beside = request.newcomer && tries < PLAN_TRIES_MAX ? facts.ledgers : undefined;
    const stored = await storePlan({ ...facts, plan, beside }, services);
    if (stored.outcome !== 'overtaken') return { plan, stored };
  }
}
