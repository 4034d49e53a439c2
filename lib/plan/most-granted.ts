import { mostAtOnce } from '../core/most-at-once.ts';
import type { SlotGrant } from './plan.ts';

/**
 * The most slots that are granted at any moment.
 *
 * @param weightOf what a slot of the grant counts, such as its vCPUs; one when left out
 */
export function mostGranted(grants: readonly SlotGrant[], weightOf: (grant: SlotGrant) => number = () => 1): number {
  return mostAtOnce(
    grants.map((grant) => ({ from: grant.from, until: grant.until, weight: grant.slotCount * weightOf(grant) })),
  );
}
