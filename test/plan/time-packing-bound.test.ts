import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { listSchedule } from '../../lib/plan/list-schedule.ts';
import { type TaskGraph, taskGraph, upwardRanks } from '../../lib/plan/task-graph.ts';
import { taskWindows } from '../../lib/plan/task-windows.ts';
import { timePackingBound } from '../../lib/plan/time-packing-bound.ts';

/** The last step of the bisection. */
const STEP_MS = 0.5;

const tasks = fc.array(fc.record({ durationMs: fc.integer({ min: 1, max: 30 }), before: fc.nat() }), {
  minLength: 1,
  maxLength: 14,
});

describe('timePackingBound', () => {
  it('is undercut by no order of tasks that take a lane each', () => {
    fc.assert(
      fc.property(tasks, fc.integer({ min: 1, max: 4 }), fc.integer(), (some, laneCount, seed) => {
        const random = seededRandom(seed);
        const durationsMs = Float64Array.from(some, ({ durationMs }) => durationMs);
        const waits = some.flatMap(({ before }, task) => (before % 3 === 0 && task > 0 ? [[before % task, task]] : []));
        const graph = taskGraph(
          some.length,
          waits.map(([from = 0]) => from),
          waits.map(([, to = 0]) => to),
        );
        const { makespanMs } = listSchedule(
          {
            graph,
            durationsMs,
            classOf: new Int32Array(some.length),
            classes: [{ vcpu: 1, memoryMiB: 0, bins: [0] }],
            bins: [{ vcpu: laneCount, memoryMiB: 0 }],
          },
          durationsMs.map(() => random()),
        );
        const shares = durationsMs.map(() => 1 / laneCount);
        const windows = taskWindows(graph, durationsMs, [shares]);
        const boundMs = timePackingBound(
          { windows, durationsMs, measures: [shares] },
          pathMs(graph, durationsMs),
          makespanMs * 2,
        );
        expect(boundMs).toBeLessThanOrEqual(makespanMs + STEP_MS);
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows that no three of them share a lane', () => {
    // two lanes: 9 and 4, 5 and 5; work says 11.5, two waves of the longest say 10
    expect(boundOf([9, 5, 5, 4])).toBeCloseTo(13, 0);
  });

  it('knows that none above a half shares a lane with another', () => {
    expect(boundOf([7, 7, 7])).toBeCloseTo(14, 0);
  });

  it('adds the heads and tails of those that it looks at', () => {
    // both long ones wait for a task of 5, and a task of 3 waits for both
    const graph = taskGraph(5, [0, 0, 0, 1, 2, 3], [1, 2, 3, 4, 4, 4]);
    expect(boundOf([5, 7, 7, 7, 3], graph)).toBeCloseTo(5 + 14 + 3, 0);
  });
});

function boundOf(durations: readonly number[], graph = taskGraph(durations.length, [], [])): number {
  const durationsMs = Float64Array.from(durations);
  const shares = durationsMs.map(() => 1 / 2);
  const windows = taskWindows(graph, durationsMs, [shares]);
  return timePackingBound({ windows, durationsMs, measures: [shares] }, pathMs(graph, durationsMs), 100);
}

function pathMs(graph: TaskGraph, durationsMs: Float64Array): number {
  return Math.max(...upwardRanks(graph, durationsMs));
}
