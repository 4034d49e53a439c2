import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedSlots, foreshardCapacity } from '../../lib/simulate/capacity-controllers.ts';
import { earliestDeadline, firstCome, foreshardClaims, upwardRank } from '../../lib/simulate/claim-policies.ts';
import { simulateCluster } from '../../lib/simulate/simulate-cluster.ts';
import type { SimulatedJob } from '../../lib/simulate/simulated-job.ts';

const CALM = { tickMs: 1_000, provisionMs: 0 };

describe('simulateCluster', () => {
  it('runs a stage after those it waits for, on the slots there are', () => {
    // two slots: 3 shards of 10 s take 20 s, then one of 5 s
    const job = jobOf({ stages: [stage([], [10_000, 10_000, 10_000]), stage([0], [5_000])] });
    const { endedAt, hitCount } = simulateCluster({
      jobs: [job],
      policy: firstCome,
      controller: fixedSlots(2),
      ...CALM,
    });
    expect([endedAt, hitCount]).toEqual([25_000, 1]);
  });

  it('starts a stage only when the last of those before it has ended', () => {
    const job = jobOf({ stages: [stage([], [1_000]), stage([], [10_000]), stage([0, 1], [5_000])] });
    expect(simulateCluster({ jobs: [job], policy: firstCome, controller: fixedSlots(9), ...CALM }).endedAt).toBe(
      15_000,
    );
  });

  it('counts a job as a hit when it ends at its deadline, and not one millisecond later', () => {
    const run = (deadlineAt: number) =>
      simulateCluster({
        jobs: [jobOf({ deadlineAt, stages: [stage([], [10_000])] })],
        policy: firstCome,
        controller: fixedSlots(1),
        ...CALM,
      }).hitCount;
    expect([run(10_000), run(9_999)]).toEqual([1, 0]);
  });

  it('pays for slots from the moment they are asked for', () => {
    const { endedAt, provisionedOverUseful } = simulateCluster({
      jobs: [jobOf({ stages: [stage([], [10_000])] })],
      policy: firstCome,
      controller: fixedSlots(1),
      tickMs: 1_000,
      provisionMs: 5_000,
    });
    expect([endedAt, provisionedOverUseful]).toEqual([15_000, 1.5]);
  });

  it('claims by deadline where first come, first served misses one', () => {
    const jobs = [
      jobOf({ deadlineAt: 90_000, stages: [stage([], [10_000, 10_000])] }),
      jobOf({ arrivesAt: 1, deadlineAt: 20_001, stages: [stage([], [10_000])] }),
    ];
    const hits = (policy: typeof firstCome) =>
      simulateCluster({ jobs, policy, controller: fixedSlots(1), ...CALM }).hitCount;
    expect([hits(firstCome), hits(earliestDeadline), hits(foreshardClaims)]).toEqual([1, 2, 2]);
  });

  it('gives a job up for want of slots only where no more can come', () => {
    // one slot, three from 1 s on: the large job ends in time only if it does not wait for the small one
    const jobs = [
      jobOf({ deadlineAt: 40_000, stages: [stage([], [30_000, 30_000, 30_000])] }),
      jobOf({ deadlineAt: 60_000, stages: [stage([], [10_000, 10_000])] }),
    ];
    const growing = {
      name: 'growing',
      desired: ({ now }: { readonly now: number }) => (now < 1_000 ? 1 : 3),
    };
    const hits = (isFixed: boolean) =>
      simulateCluster({ jobs, policy: foreshardClaims, controller: { ...growing, isFixed }, ...CALM }).hitCount;
    expect([hits(true), hits(false)]).toEqual([1, 2]);
  });

  it('starves nobody and does all work once, under every policy and with capacity that comes and goes', () => {
    const jobs = fc.array(
      fc
        .record({
          arrivesAt: fc.nat({ max: 50_000 }),
          shardsMs: fc.array(fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 4 }), {
            minLength: 1,
            maxLength: 4,
          }),
        })
        .map(({ arrivesAt, shardsMs }) =>
          jobOf({
            arrivesAt,
            deadlineAt: arrivesAt + 30_000,
            stages: shardsMs.map((actualMs, index) => stage(index === 0 ? [] : [index - 1], actualMs)),
          }),
        ),
      { minLength: 1, maxLength: 8 },
    );
    const policies = fc.constantFrom(firstCome, upwardRank, earliestDeadline, foreshardClaims);
    fc.assert(
      fc.property(jobs, policies, (unsorted, policy) => {
        const sorted = unsorted.toSorted((a, b) => a.arrivesAt - b.arrivesAt);
        const controller = foreshardCapacity(1, 5_000);
        const outcome = simulateCluster({ jobs: sorted, policy, controller, tickMs: 1_000, provisionMs: 5_000 });
        const lastPossible = sorted.reduce(
          (sum, { stages }) => sum + stages.flatMap((one) => one.actualMs).reduce((a, b) => a + b, 0),
          0,
        );
        expect(outcome.provisionedOverUseful).toBeGreaterThanOrEqual(1);
        expect(outcome.endedAt).toBeLessThanOrEqual(50_000 + lastPossible + 7_000 * sorted.length * 4);
      }),
      { numRuns: 50 },
    );
  });
});

function stage(before: readonly number[], actualMs: readonly number[]) {
  return { before, actualMs, predictedMs: actualMs[0] ?? 0 };
}

function jobOf(changes: Partial<SimulatedJob>): SimulatedJob {
  return { arrivesAt: 0, deadlineAt: 1_000_000, stages: [], ...changes };
}
