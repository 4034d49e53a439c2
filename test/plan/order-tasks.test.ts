import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { listSchedule } from '../../lib/plan/list-schedule.ts';
import { type OrderedTasks, orderTasks } from '../../lib/plan/order-tasks.ts';
import type { ScheduleProblem } from '../../lib/plan/schedule-problem.ts';
import { simpleBound } from '../../lib/plan/simple-bound.ts';
import { taskGraph, upwardRanks } from '../../lib/plan/task-graph.ts';
import { problems } from './problems.ts';
import { scheduleFaults } from './schedule-faults.ts';

/** What a plan is given up for: half a percent for each change of order, so two of them at most. */
const TOLERANCE = 1.01;

/** Capacity that comes later, a start before which nothing runs, and a limit over all bins: as a plan has them. */
const planned = fc
  .record({
    problem: problems(25),
    releaseMs: fc.nat({ max: 10 }),
    gains: fc.array(fc.record({ atMs: fc.nat({ max: 30 }), vcpu: fc.integer({ min: 1, max: 2 }) }), { maxLength: 2 }),
  })
  .map(
    ({ problem, releaseMs, gains }): ScheduleProblem => ({
      ...problem,
      releasesMs: problem.durationsMs.map(() => releaseMs),
      gains: gains.map((gain) => ({ ...gain, bin: 0, memoryMiB: 100 })),
      vcpuMax: 6,
    }),
  );

describe('orderTasks', () => {
  it('is never longer than first come, first served, nor than the upward rank, by more than its tolerance', () => {
    fc.assert(
      fc.property(planned, fc.boolean(), (problem, trusted) => {
        const { makespanMs } = order(problem, trusted);
        for (const keys of [arrivals(problem), ranks(problem).map((rank) => -rank)]) {
          expect(makespanMs).toBeLessThanOrEqual(listSchedule(problem, keys).makespanMs * TOLERANCE);
        }
      }),
    );
  });

  it('gives ranks by which list scheduling makes the very schedule: a worker needs nothing else', () => {
    fc.assert(
      fc.property(planned, fc.boolean(), (problem, trusted) => {
        const { ranksMs, startsMs, binOf } = order(problem, trusted);
        const again = listSchedule(
          problem,
          ranksMs.map((rank) => -rank),
        );
        expect([...again.startsMs]).toEqual([...startsMs]);
        expect([...again.binOf]).toEqual([...binOf]);
      }),
    );
  });

  it('is a valid schedule', () => {
    fc.assert(
      fc.property(problems(25), fc.boolean(), (problem, trusted) => {
        expect(scheduleFaults(problem, order(problem, trusted))).toEqual([]);
      }),
    );
  });

  it('leaves an order alone that ends where it must', () => {
    const { ranksMs } = order(pairs([5, 5, 5, 5]), true);
    expect([...ranksMs]).toEqual([5, 5, 5, 5]);
  });

  it('finds by search what no rank has, and only for run times that are known', () => {
    // two bins of one vCPU; longest first ends at 7: 3+2+2 beside 3+2, where 3+3 beside 2+2+2 ends at 6
    const problem = pairs([3, 3, 2, 2, 2]);
    expect(order(problem, false).makespanMs).toBe(7);
    expect(order(problem, true).makespanMs).toBe(6);
  });
});

describe('simpleBound', () => {
  it('is undercut by no order', () => {
    fc.assert(
      fc.property(planned, fc.integer(), (problem, seed) => {
        const random = seededRandom(seed);
        const { makespanMs, startsMs } = listSchedule(
          problem,
          problem.durationsMs.map(() => random()),
        );
        if (!startsMs.every(Number.isFinite)) return;
        expect(simpleBound(problem, ranks(problem))).toBeLessThanOrEqual(makespanMs * (1 + 1e-9)); // quotients
      }),
    );
  });

  it('counts the work of those that may use the same bins', () => {
    expect(simpleBound(pairs([3, 3, 2, 2, 2]), Float64Array.of(3, 3, 2, 2, 2))).toBe(6);
    // nothing starts before its slot has
    const late = { ...pairs([3, 3, 2, 2, 2]), releasesMs: Float64Array.of(2, 2, 2, 3, 3) };
    expect(simpleBound(late, Float64Array.of(3, 3, 2, 2, 2))).toBe(2 + 6);
  });
});

function order(problem: ScheduleProblem, trusted: boolean): OrderedTasks {
  return orderTasks(problem, { upwardMs: ranks(problem), trusted, random: seededRandom(1) });
}

function ranks({ graph, durationsMs }: ScheduleProblem): Float64Array {
  return upwardRanks(graph, durationsMs);
}

function arrivals({ durationsMs }: ScheduleProblem): Float64Array {
  return durationsMs.map((_, task) => task);
}

/** Independent tasks of one vCPU on two bins that hold one each. */
function pairs(durationsMs: readonly number[]): ScheduleProblem {
  return {
    graph: taskGraph(durationsMs.length, [], []),
    durationsMs: Float64Array.from(durationsMs),
    classOf: new Int32Array(durationsMs.length),
    classes: [{ vcpu: 1, memoryMiB: 1, bins: [0, 1] }],
    bins: [0, 1].map(() => ({ vcpu: 1, memoryMiB: 10 })),
  };
}
