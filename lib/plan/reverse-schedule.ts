import type { DurationMs } from '../core/quantity.ts';
import type { OrderedSchedule, Schedule, ScheduleProblem } from './schedule-problem.ts';
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
 * The problem with time running backwards, all capacity at hand: releases and gains have no mirror image, so its
 * schedules are good for their order only.
 */
export function runBackwards({ releasesMs: _, gains = [], ...problem }: ScheduleProblem): ScheduleProblem {
  const bins = problem.bins.map((bin) => ({ ...bin }));
  let gained = 0;
  for (const { bin, vcpu, memoryMiB, vcpuInAll = vcpu } of gains) {
    const room = bins[bin];
    if (!room) continue;
    gained += vcpuInAll;
    bins[bin] = { vcpu: room.vcpu + vcpu, memoryMiB: room.memoryMiB + memoryMiB };
  }
  const { vcpuMax } = problem;
  const graph = reverseGraph(problem.graph);
  return { ...problem, graph, bins, ...(vcpuMax !== undefined && { vcpuMax: vcpuMax + gained }) };
}

/** A way to make a schedule from an order. */
export type Scheduler = (problem: ScheduleProblem, keys: Float64Array) => Schedule;

/**
 * Forward-backward improvement: a schedule is pushed to the right in the order of its ends, then to the left in the
 * order of its new starts, until that no longer makes it shorter.
 *
 * @param backward see {@link runBackwards}
 * @param hopefulMs a first schedule that is longer is left as it is
 * @returns the best schedule on the way, never longer than that of the keys, with the looks that all of them took
 * @complexity that of two schedules for each round, and one more
 * @see Li and Willis, "An iterative scheduling technique for resource-constrained project scheduling", 1992
 */
export function forwardBackward(
  scheduler: Scheduler,
  { forward, backward }: { readonly forward: ScheduleProblem; readonly backward: ScheduleProblem },
  keys: Float64Array,
  { hopefulMs }: { readonly hopefulMs: DurationMs } = { hopefulMs: Number.POSITIVE_INFINITY },
): OrderedSchedule {
  let best: OrderedSchedule = { ...scheduler(forward, keys), keys };
  if (best.makespanMs > hopefulMs) return best;
  let current = best;
  let lookCount = best.lookCount;
  for (;;) {
    const right = scheduler(backward, fromEnd(forward, current));
    const order = fromEnd(forward, right);
    current = { ...scheduler(forward, order), keys: order };
    lookCount += right.lookCount + current.lookCount;
    if (current.makespanMs >= best.makespanMs) return { ...best, lookCount };
    best = current;
  }
}

/** The order in which a schedule's tasks end, last first: with time running backwards, the order in which they start. */
export function fromEnd({ durationsMs }: ScheduleProblem, { startsMs }: Schedule): Float64Array {
  return startsMs.map((startMs, task) => -(startMs + (durationsMs[task] ?? 0)));
}
