import type { DurationMs } from '../core/quantity.ts';
import type { Bin, ScheduleProblem, TaskClass } from './schedule-problem.ts';

/**
 * A length that no schedule undercuts, cheap enough for every plan: the longest way after the tasks' releases, and the
 * work over the capacity, of all tasks and of those that may use the same bins, from their first release on: a run's
 * slots take their time to start. What bins gain later counts from the beginning.
 *
 * @param upwardMs see `upwardRanks`
 * @complexity O(n + classes · bins)
 */
export function simpleBound(problem: ScheduleProblem, upwardMs: Float64Array): DurationMs {
  const { releasesMs, gains = [], vcpuMax = Number.POSITIVE_INFINITY } = problem;
  const pathMs = upwardMs.reduce((most, rank, task) => Math.max(most, rank + (releasesMs?.[task] ?? 0)), 0);
  const rooms = problem.bins.map(({ vcpu, memoryMiB }, bin) =>
    gains
      .filter((gain) => gain.bin === bin)
      .reduce((sum, gain) => ({ vcpu: sum.vcpu + gain.vcpu, memoryMiB: sum.memoryMiB + gain.memoryMiB }), {
        vcpu,
        memoryMiB,
      }),
  );
  const classWork = workOfClasses(problem);
  const firstMs = firstReleases(problem);
  const everywhere = [...rooms.keys()];
  const limitVcpu = vcpuMax + gains.reduce((sum, { vcpu, vcpuInAll = vcpu }) => sum + vcpuInAll, 0);
  const work = { classWork, firstMs };
  const allMs = workOver(work, roomOf(rooms, everywhere), () => true);
  const vcpuMs = workOver(work, { vcpu: limitVcpu, memoryMiB: 0 }, () => true);
  const bySameBins = [...new Set(problem.classes.filter(({ vcpu }) => vcpu > 0).map(binsOf))].map((bins) =>
    workOver(work, roomOf(rooms, bins.split(',').map(Number)), (at) => {
      const one = problem.classes[at];
      return one !== undefined && binsOf(one) === bins;
    }),
  );
  return Math.max(pathMs, allMs, vcpuMs, ...bySameBins);
}

function binsOf({ bins, overflow = [] }: TaskClass): string {
  return [...bins, ...overflow].sort((a, b) => a - b).join();
}

/** vCPU and memory times duration, of the tasks of each class. */
function workOfClasses({ classes, classOf, durationsMs }: ScheduleProblem): readonly Bin[] {
  const timesMs = new Float64Array(classes.length);
  for (const [task, at] of classOf.entries()) timesMs[at] = (timesMs[at] ?? 0) + (durationsMs[task] ?? 0);
  return classes.map(({ vcpu, memoryMiB }, at) => ({
    vcpu: vcpu * (timesMs[at] ?? 0),
    memoryMiB: memoryMiB * (timesMs[at] ?? 0),
  }));
}

function roomOf(rooms: readonly Bin[], bins: readonly number[]): Bin {
  return bins.reduce(
    (sum, bin) => ({
      vcpu: sum.vcpu + (rooms[bin]?.vcpu ?? 0),
      memoryMiB: sum.memoryMiB + (rooms[bin]?.memoryMiB ?? 0),
    }),
    { vcpu: 0, memoryMiB: 0 },
  );
}

/** Of each class that takes room, the moment before which none of its tasks may start. */
function firstReleases({ classes, classOf, releasesMs }: ScheduleProblem): Float64Array {
  const firstMs = new Float64Array(classes.length).fill(Number.POSITIVE_INFINITY);
  for (const [task, at] of classOf.entries()) firstMs[at] = Math.min(firstMs[at] ?? 0, releasesMs?.[task] ?? 0);
  return firstMs;
}

interface ClassWork {
  readonly classWork: readonly Bin[];
  readonly firstMs: Float64Array;
}

function workOver({ classWork, firstMs }: ClassWork, room: Bin, counts: (at: number) => boolean): DurationMs {
  const used = classWork.map((work, at) => ({ ...work, firstMs: firstMs[at] ?? 0 })).filter((_, at) => counts(at));
  const lengths = (['vcpu', 'memoryMiB'] as const).map((resource) => {
    const asking = used.filter((one) => one[resource] > 0);
    if (asking.length === 0 || room[resource] === 0) return 0;
    const all = asking.reduce((sum, one) => sum + one[resource], 0);
    return Math.min(...asking.map((one) => one.firstMs)) + all / room[resource];
  });
  return Math.max(...lengths);
}
