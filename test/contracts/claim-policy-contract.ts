import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedSlots } from '../../lib/simulate/capacity-controllers.ts';
import type { ClaimPolicy } from '../../lib/simulate/claim-policies.ts';
import { simulateCluster } from '../../lib/simulate/simulate-cluster.ts';
import { type ActiveJob, type SimulatedJob, upwardChains } from '../../lib/simulate/simulated-job.ts';

const stages = fc
  .array(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .map((shards) =>
    shards.map((actualMs, stage) => ({ before: stage === 0 ? [] : [stage - 1], actualMs, predictedMs: 1_000 })),
  );

const jobs: fc.Arbitrary<readonly SimulatedJob[]> = fc
  .array(fc.record({ arrivesAt: fc.nat(20_000), allowedMs: fc.nat(60_000), stages }), { minLength: 1, maxLength: 8 })
  .map((all) =>
    all
      .map(({ arrivesAt, allowedMs, ...job }) => ({ ...job, arrivesAt, deadlineAt: arrivesAt + allowedMs }))
      .sort((a, b) => a.arrivesAt - b.arrivesAt),
  );

/** What every priority policy must do: put any jobs in an order that does not change, and leave none out. */
export function claimPolicyContract(policy: ClaimPolicy): void {
  describe(`priority policy: ${policy.name}`, () => {
    it('gives every stage of every job a key that can be compared, the same each time it is asked', () => {
      fc.assert(
        fc.property(jobs, fc.integer({ min: 1, max: 8 }), (given, slotCount) => {
          const active = given.map(activeJob);
          const keys = [1, 2].map(() => {
            const keyOf = policy.keys(active, slotCount, 20_000);
            return active.flatMap((one) => one.job.stages.map((_, stage) => keyOf(one, stage)));
          });
          expect(keys[0]?.some(Number.isNaN)).toBe(false);
          expect(keys[0]).toEqual(keys[1]);
        }),
      );
    });

    it('works off every job on as few slots as there may be', () => {
      fc.assert(
        fc.property(jobs, fc.integer({ min: 1, max: 3 }), (given, slotCount) => {
          const controller = fixedSlots(slotCount);
          const outcome = simulateCluster({ jobs: given, policy, controller, tickMs: 1_000, provisionMs: 0 });
          const workMs = given
            .flatMap((job) => job.stages.flatMap(({ actualMs }) => actualMs))
            .reduce((a, b) => a + b, 0);
          expect(outcome.jobCount).toBe(given.length);
          expect(Number.isFinite(outcome.endedAt)).toBe(true);
          expect(outcome.endedAt - (given[0]?.arrivesAt ?? 0)).toBeLessThanOrEqual(workMs + 20_000 + 1_000);
        }),
      );
    });
  });
}

function activeJob(job: SimulatedJob, number: number): ActiveJob {
  const openCounts = job.stages.map(({ actualMs }) => actualMs.length);
  return { job, number, openCounts, upwardMs: upwardChains(job.stages), slowUpwardMs: upwardChains(job.stages) };
}
