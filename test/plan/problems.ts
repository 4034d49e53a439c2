import fc from 'fast-check';
import type { ScheduleProblem } from '../../lib/plan/schedule-problem.ts';
import { taskGraph } from '../../lib/plan/task-graph.ts';

/** Random graphs of tasks with vCPUs and memory, for two or three bins that are alike. */
export function problems(tasksMax: number): fc.Arbitrary<ScheduleProblem> {
  const task = fc.record({
    durationMs: fc.integer({ min: 0, max: 20 }),
    vcpu: fc.integer({ min: 1, max: 4 }),
    memoryMiB: fc.constantFrom(100, 350, 600, 1_000),
    before: fc.array(fc.nat({ max: 1_000 }), { maxLength: 3 }),
  });
  return fc
    .record({ tasks: fc.array(task, { minLength: 1, maxLength: tasksMax }), binCount: fc.integer({ min: 2, max: 3 }) })
    .map(({ tasks, binCount }) => {
      const edges = tasks.flatMap(({ before }, later) =>
        later === 0 ? [] : [...new Set(before.map((pick) => pick % later))].map((earlier) => [earlier, later] as const),
      );
      return {
        graph: taskGraph(
          tasks.length,
          edges.map(([from]) => from),
          edges.map(([, to]) => to),
        ),
        durationsMs: Float64Array.from(tasks, ({ durationMs }) => durationMs),
        classOf: Int32Array.from(tasks.keys()),
        classes: tasks.map(({ vcpu, memoryMiB }) => ({ vcpu, memoryMiB, bins: [...Array(binCount).keys()] })),
        bins: Array.from({ length: binCount }, () => ({ vcpu: 4, memoryMiB: 1_000 })),
      };
    });
}
