import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedClaimKey, type PriorityPolicy, type ShardUrgency } from '../../lib/plan/priority-policy.ts';
import { claimPolicyOf } from '../../lib/simulate/claim-policies.ts';
import { claimPolicyContract } from './claim-policy-contract.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
/** A run that comes so much later, and is given as much time, is behind whatever its priority. */
const MUCH_LATER_MS = 30 * DAY_MS;

const urgencies: fc.Arbitrary<ShardUrgency> = fc
  .record({
    startedAt: fc.nat(DAY_MS).map((ms) => NOW + ms),
    allowedMs: fc.integer({ min: 1, max: 7 * DAY_MS }),
    upwardRankMs: fc.nat(DAY_MS),
    priority: fc.nat(9),
    hopeless: fc.boolean(),
  })
  .map(({ allowedMs, ...rest }) => ({ ...rest, deadlineAt: rest.startedAt + allowedMs }));

/** What every order of claims must do: give each shard a place that does not change, and leave none out for ever. */
export function priorityContract(policy: PriorityPolicy): void {
  describe(`priority policy: ${policy.name}, as an installation uses it`, () => {
    it('gives every shard a key that has a place in the order, the same each time it is asked', () => {
      fc.assert(
        fc.property(urgencies, (shard) => {
          expect(checkedClaimKey(policy, shard)).toBe(checkedClaimKey(policy, { ...shard }));
        }),
      );
    });

    it('starves nothing: who comes a month later with as much time is behind, whatever its priority', () => {
      fc.assert(
        fc.property(urgencies, fc.nat(9), fc.boolean(), (shard, priority, hopeless) => {
          const later = {
            ...shard,
            priority,
            hopeless,
            startedAt: shard.startedAt + MUCH_LATER_MS,
            deadlineAt: shard.deadlineAt + MUCH_LATER_MS,
          };
          expect(policy.claimKey(later)).toBeGreaterThan(policy.claimKey(shard));
        }),
      );
    });
  });
  claimPolicyContract(claimPolicyOf(policy));
}
