import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { improveSchedule } from '../../lib/plan/improve-schedule.ts';
import { listSchedule } from '../../lib/plan/list-schedule.ts';
import { makespanBound } from '../../lib/plan/makespan-bound.ts';
import type { ScheduleProblem } from '../../lib/plan/schedule-problem.ts';
import { serialSchedule } from '../../lib/plan/serial-schedule.ts';
import { upwardRanks } from '../../lib/plan/task-graph.ts';
import { problems } from './problems.ts';
import { scheduleFaults } from './schedule-faults.ts';

const orders = fc.integer().map((seed) => seededRandom(seed));

describe('listSchedule', () => {
  it('keeps precedence and capacity in every bin and dimension at every moment, for any order', () => {
    fc.assert(
      fc.property(
        problems(25),
        orders,
        fc.constantFrom('roomiest' as const, 'tightest' as const),
        (problem, random, fit) => {
          const keys = problem.durationsMs.map(() => random());
          expect(scheduleFaults(problem, listSchedule({ ...problem, fit }, keys))).toEqual([]);
        },
      ),
    );
  });

  it('leaves out what no bin has room for, and what waits for it', () => {
    const problem = chainOf([3, 9, 3]);
    const { startsMs, binOf } = listSchedule(problem, new Float64Array([0, 1, 2]));
    expect([...startsMs]).toEqual([0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect([...binOf]).toEqual([0, -1, -1]);
  });
});

describe('serialSchedule', () => {
  it('keeps precedence and capacity too, and starts no task while it could have started before', () => {
    fc.assert(
      fc.property(problems(25), orders, (problem, random) => {
        const schedule = serialSchedule(
          problem,
          problem.durationsMs.map(() => random()),
        );
        expect(scheduleFaults(problem, schedule)).toEqual([]);
        for (const [task, startMs] of schedule.startsMs.entries()) {
          const sooner = {
            ...schedule,
            startsMs: schedule.startsMs.map((other, at) => (at === task ? startMs - 1 : other)),
          };
          if (startMs >= 1 && problem.durationsMs[task] !== 0) expect(scheduleFaults(problem, sooner)).not.toEqual([]);
        }
      }),
    );
  });

  it('keeps room for a large task that small ones would pass again and again', () => {
    // two chains of small tasks never leave three vCPUs free; the large one comes first in the order
    const chains = [1, 1, 1, 1, 1, 1, 3].map((vcpu) => ({ vcpu, memoryMiB: 1, bins: [0] }));
    const problem = { ...independent([1, 1, 1, 1, 1, 1, 3]), classes: chains };
    const durationsMs = Float64Array.of(10, 15, 10, 15, 10, 15, 5);
    const { startsMs } = serialSchedule(
      { ...problem, durationsMs, bins: [{ vcpu: 3, memoryMiB: 10 }] },
      Float64Array.of(0, 1, 3, 4, 5, 6, 2),
    );
    expect(startsMs[6]).toBe(15);
  });
});

describe('improveSchedule', () => {
  it('gives a valid schedule that is never longer than the one it starts from', () => {
    fc.assert(
      fc.property(problems(20), orders, (problem, random) => {
        const keys = upwardRanks(problem.graph, problem.durationsMs).map((rank) => -rank);
        const improved = improveSchedule(problem, keys, { looksMax: 100_000, boundMs: 0, random });
        expect(scheduleFaults(problem, improved)).toEqual([]);
        expect(improved.makespanMs).toBeLessThanOrEqual(listSchedule(problem, keys).makespanMs);
      }),
    );
  });
});

describe('makespanBound', () => {
  it('is undercut by no schedule: the shortest of all orders of a few tasks', () => {
    fc.assert(
      fc.property(problems(6), (problem) => {
        const shortest = shortestOfAllOrders(problem);
        expect(makespanBound(problem, shortest * 2)).toBeLessThanOrEqual(shortest + 0.5); // the bisection's last step
      }),
      { numRuns: 60 },
    );
  });

  it('is undercut by no schedule that a long search finds for more tasks', () => {
    fc.assert(
      fc.property(problems(40), orders, (problem, random) => {
        const { makespanMs } = improveSchedule(problem, new Float64Array(problem.graph.taskCount), {
          looksMax: 800_000,
          boundMs: 0,
          random,
        });
        expect(makespanBound(problem, makespanMs * 2)).toBeLessThanOrEqual(makespanMs + 0.5);
      }),
    );
  });

  it('knows that two tasks above half a bin never share one', () => {
    // five tasks of 3 of 4 vCPUs, 10 ms each, two bins: three waves, where work alone says 18.75
    expect(makespanBound(independent([3, 3, 3, 3, 3]), 100)).toBe(30);
  });
});

function shortestOfAllOrders(problem: ScheduleProblem): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const order of permutations([...Array(problem.graph.taskCount).keys()])) {
    const keys = new Float64Array(order.length);
    for (const [place, task] of order.entries()) keys[task] = place;
    for (const fit of ['roomiest', 'tightest'] as const) {
      shortest = Math.min(shortest, listSchedule({ ...problem, fit }, keys).makespanMs);
    }
  }
  return shortest;
}

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

function independent(vcpus: readonly number[]): ScheduleProblem {
  return {
    graph: {
      taskCount: vcpus.length,
      offsets: new Int32Array(vcpus.length + 1),
      targets: new Int32Array(),
      waitsFor: new Int32Array(vcpus.length),
    },
    durationsMs: new Float64Array(vcpus.length).fill(10),
    classOf: Int32Array.from(vcpus.keys()),
    classes: vcpus.map((vcpu) => ({ vcpu, memoryMiB: 1, bins: [0, 1] })),
    bins: [0, 1].map(() => ({ vcpu: 4, memoryMiB: 1_000 })),
  };
}

function chainOf(vcpus: readonly number[]): ScheduleProblem {
  const offsets = Int32Array.from([...vcpus.keys(), vcpus.length - 1]);
  const targets = Int32Array.from(vcpus.slice(1).keys(), (task) => task + 1);
  return {
    ...independent(vcpus),
    graph: { taskCount: vcpus.length, offsets, targets, waitsFor: Int32Array.of(0, 1, 1) },
  };
}
