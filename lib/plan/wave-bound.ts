import type { DurationMs } from '../core/quantity.ts';
import { sampled } from './sampled.ts';
import type { ScheduleProblem } from './schedule-problem.ts';
import type { TaskWindows } from './task-windows.ts';

/** Pairs of head and tail looked at, times tasks, times sizes. */
const LOOKS_MAX = 2_000_000;
const SIZES_MAX = 8;
/** Tasks of a size in a bin, counted one by one up to here. */
const COUNTS_MAX = 12;
const ROUNDING = 1e-9;

/**
 * The bound of waves: if at most m tasks of a size or larger run at once, then of the j·m + 1 longest of them some
 * j + 1 run one after the other, which takes at least as long as the j + 1 shortest of these.
 *
 * It is taken over the sets {head >= h, tail >= q}, with h and q added.
 *
 * @see Coffman, Garey and Johnson, "An application of bin-packing to multiprocessor scheduling", 1978
 */
export function waveBound(problem: ScheduleProblem, { headsMs, tailsMs }: TaskWindows): DurationMs {
  const { durationsMs } = problem;
  const byDuration = [...durationsMs.keys()].sort((a, b) => (durationsMs[b] ?? 0) - (durationsMs[a] ?? 0));
  let best = 0;
  for (const { tasks, atOnce } of sizeGroups(problem, byDuration)) {
    if (tasks.length <= atOnce) continue;
    const pairsMax = Math.sqrt(LOOKS_MAX / (SIZES_MAX + COUNTS_MAX) / tasks.length);
    for (const headMs of sampled(new Set(tasks.map((task) => headsMs[task] ?? 0)), pairsMax)) {
      for (const tailMs of sampled(new Set(tasks.map((task) => tailsMs[task] ?? 0)), pairsMax)) {
        const inside = tasks.filter((task) => (headsMs[task] ?? 0) >= headMs && (tailsMs[task] ?? 0) >= tailMs);
        if (inside.length <= atOnce) continue;
        best = Math.max(best, headMs + waves(inside, durationsMs, atOnce) + tailMs);
      }
    }
  }
  return best;
}

/** The count of tasks at once as shares of all capacity: of tasks of a size or larger, no more than so many fit. */
export function countMeasures(problem: ScheduleProblem): readonly Float64Array[] {
  const all = [...problem.durationsMs.keys()];
  return sizeGroups(problem, all).flatMap(({ tasks, atOnce }) => {
    if (tasks.length <= atOnce || atOnce === 0) return [];
    const shares = new Float64Array(all.length);
    for (const task of tasks) shares[task] = 1 / atOnce;
    return [shares];
  });
}

interface SizeGroup {
  readonly tasks: readonly number[];
  readonly atOnce: number;
}

/** For each size of task: those at least as large, and how many of them can run at once. */
function sizeGroups({ classes, classOf, bins }: ScheduleProblem, tasks: readonly number[]): readonly SizeGroup[] {
  return (['vcpu', 'memoryMiB'] as const).flatMap((resource) => {
    const sizeOf = (task: number) => classes[classOf[task] ?? 0]?.[resource] ?? 0;
    const rooms = bins.map((bin) => bin[resource]);
    return tellingSizes(tasks.map(sizeOf), Math.max(...rooms)).map((size) => {
      const members = tasks.filter((task) => sizeOf(task) >= size);
      return { tasks: members, atOnce: mostAtOnce(members.map(sizeOf), rooms) };
    });
  });
}

/** For k = 1, 2 and so on the smallest size of which no bin holds more than k; and sizes evenly over their order. */
function tellingSizes(sizes: readonly number[], room: number): readonly number[] {
  const telling = Array.from({ length: COUNTS_MAX }, (_, index) => {
    const enough = (room * (1 + ROUNDING)) / (index + 2);
    return sizes.reduce((least, size) => (size > enough ? Math.min(least, size) : least), Number.POSITIVE_INFINITY);
  });
  const even = sampled(new Set(sizes.filter((size) => size > 0)), SIZES_MAX);
  return [...new Set([...telling.filter(Number.isFinite), ...even])];
}

/** No more than as many of the smallest as fit each bin, nor than fit all bins taken as one. */
function mostAtOnce(sizes: readonly number[], rooms: readonly number[]): number {
  const ascending = sizes.toSorted((a, b) => a - b);
  const together = fitting(
    ascending,
    rooms.reduce((all, room) => all + room, 0),
  );
  return Math.min(
    together,
    rooms.reduce((count, room) => count + fitting(ascending, room), 0),
  );
}

function fitting(ascending: readonly number[], room: number): number {
  let used = 0;
  for (const [count, size] of ascending.entries()) {
    used += size;
    if (used > room * (1 + ROUNDING)) return count;
  }
  return ascending.length;
}

/** @param tasks longest first */
function waves(tasks: readonly number[], durationsMs: Float64Array, atOnce: number): DurationMs {
  let best = 0;
  for (let wave = 1; wave * atOnce < tasks.length && atOnce > 0; wave += 1) {
    let lengthMs = 0;
    for (let at = wave * atOnce - wave; at <= wave * atOnce; at += 1) lengthMs += durationsMs[tasks[at] ?? 0] ?? 0;
    best = Math.max(best, lengthMs);
  }
  return best;
}
