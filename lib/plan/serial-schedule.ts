import { binProfile } from './bin-profile.ts';
import { numberHeap } from './number-heap.ts';
import { firstLooks, type Schedule, type ScheduleProblem } from './schedule-problem.ts';

/**
 * The serial scheme: tasks are placed one by one in the order of their keys, each at the earliest moment at which it
 * fits for its whole duration. Unlike list scheduling it keeps room for a large task that many small ones would pass
 * again and again; what is placed later may fill the gaps before it.
 *
 * Gains, releases and the limit over all bins are not looked at: this is for planning ahead with all capacity at hand.
 *
 * @param keys smallest first, as far as precedence allows; ties go to the smaller task number
 * @complexity O(n · bins · steps)
 * @see Kolisch, "Serial and parallel resource-constrained project scheduling methods revisited", 1996
 */
export function serialSchedule(problem: ScheduleProblem, keys: Float64Array): Schedule {
  const { graph, durationsMs, classes, classOf, bins } = problem;
  const profiles = bins.map(binProfile);
  const startsMs = new Float64Array(graph.taskCount).fill(Number.POSITIVE_INFINITY);
  const binOf = new Int32Array(graph.taskCount).fill(-1);
  const readyMs = new Float64Array(graph.taskCount);
  const waiting = graph.waitsFor.slice();
  const ready = numberHeap(keys);
  for (let task = 0; task < graph.taskCount; task += 1) if (waiting[task] === 0) ready.push(task);
  let makespanMs = 0;
  for (let task = ready.pop(); task >= 0; task = ready.pop()) {
    const durationMs = durationsMs[task] ?? 0;
    const use = classes[classOf[task] ?? 0] ?? { vcpu: 0, memoryMiB: 0, bins: [] };
    let best = -1;
    let startMs = use.bins.length === 0 && use.vcpu === 0 ? (readyMs[task] ?? 0) : Number.POSITIVE_INFINITY;
    for (const bin of use.bins) {
      const earliestMs = profiles[bin]?.earliest(readyMs[task] ?? 0, durationMs, use) ?? Number.POSITIVE_INFINITY;
      if (earliestMs < startMs) [best, startMs] = [bin, earliestMs];
    }
    if (!Number.isFinite(startMs)) continue;
    profiles[best]?.take(startMs, durationMs, use);
    startsMs[task] = startMs;
    binOf[task] = best;
    makespanMs = Math.max(makespanMs, startMs + durationMs);
    for (let edge = graph.offsets[task] ?? 0; edge < (graph.offsets[task + 1] ?? 0); edge += 1) {
      const later = graph.targets[edge] ?? 0;
      readyMs[later] = Math.max(readyMs[later] ?? 0, startMs + durationMs);
      waiting[later] = (waiting[later] ?? 0) - 1;
      if (waiting[later] === 0) ready.push(later);
    }
  }
  const lookCount = profiles.reduce((sum, profile) => sum + profile.lookCount(), firstLooks(graph.taskCount));
  return { startsMs, binOf, makespanMs, lookCount };
}
