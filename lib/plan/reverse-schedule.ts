import { listSchedule, type Schedule, type ScheduleProblem } from './list-schedule.ts';
import { type TaskGraph, taskGraph } from './task-graph.ts';

/** The same tasks with time running backwards: who waited is waited for. */
export function reverseGraph({ taskCount, offsets, targets }: TaskGraph): TaskGraph {
  const from: number[] = [];
  const to: number[] = [];
  for (let task = 0; task < taskCount; task += 1) {
    for (let edge = offsets[task] ?? 0; edge < (offsets[task + 1] ?? 0); edge += 1) {
      from.push(targets[edge] ?? 0);
      to.push(task);
    }
  }
  return taskGraph(taskCount, from, to);
}

/**
 * Forward-backward improvement: a schedule is pushed to the right in the order of its ends, then to the left in the
 * order of its new starts, until that no longer makes it shorter.
 *
 * @param backward the problem with {@link reverseGraph}; without releases and gains, which have no mirror image
 * @returns the best schedule on the way, never longer than the one given
 * @complexity that of two list schedules for each round
 * @see Li and Willis, "An iterative scheduling technique for resource-constrained project scheduling", 1992
 */
export function forwardBackward(problem: ScheduleProblem, backward: ScheduleProblem, start: Schedule): Schedule {
  let best = start;
  let current = start;
  for (;;) {
    const ends = current.startsMs.map((startMs, task) => -(startMs + (problem.durationsMs[task] ?? 0)));
    const right = listSchedule(backward, ends);
    const starts = right.startsMs.map((startMs, task) => -(startMs + (problem.durationsMs[task] ?? 0)));
    current = listSchedule(problem, starts);
    if (current.makespanMs >= best.makespanMs) return best;
    best = current;
  }
}
