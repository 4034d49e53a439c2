import type { Schedule, ScheduleProblem } from '../../lib/plan/schedule-problem.ts';

/** What is wrong with a schedule: a task too early, in the wrong bin or missing, or a bin overfull at some moment. */
export function scheduleFaults(problem: ScheduleProblem, { startsMs, binOf, makespanMs }: Schedule): readonly string[] {
  const { graph, durationsMs, classes, classOf, bins } = problem;
  const faults: string[] = [];
  const endMs = (task: number) => (startsMs[task] ?? 0) + (durationsMs[task] ?? 0);
  for (let task = 0; task < graph.taskCount; task += 1) {
    if (!classes[classOf[task] ?? 0]?.bins.includes(binOf[task] ?? -1))
      faults.push(`task ${task} is in no bin of its class`);
    if (endMs(task) > makespanMs) faults.push(`task ${task} ends after the makespan`);
    for (const later of graph.targets.subarray(graph.offsets[task], graph.offsets[task + 1])) {
      if ((startsMs[later] ?? 0) < endMs(task)) faults.push(`task ${later} starts before ${task} has ended`);
    }
  }
  for (const [bin, room] of bins.entries()) {
    const inside = [...startsMs.keys()].filter((task) => binOf[task] === bin && (durationsMs[task] ?? 0) > 0);
    const steps = inside
      .flatMap((task) => [
        { atMs: startsMs[task] ?? 0, sign: 1, task },
        { atMs: endMs(task), sign: -1, task },
      ])
      .sort((a, b) => a.atMs - b.atMs || a.sign - b.sign);
    let vcpu = 0;
    let memoryMiB = 0;
    for (const { sign, task } of steps) {
      vcpu += sign * (classes[classOf[task] ?? 0]?.vcpu ?? 0);
      memoryMiB += sign * (classes[classOf[task] ?? 0]?.memoryMiB ?? 0);
      // sums of fractions, in another order than the scheduler's
      if (vcpu > room.vcpu * (1 + 1e-6)) faults.push(`bin ${bin} uses ${vcpu} of ${room.vcpu} vCPUs`);
      if (memoryMiB > room.memoryMiB * (1 + 1e-6)) faults.push(`bin ${bin} uses ${memoryMiB} of ${room.memoryMiB} MiB`);
    }
  }
  return faults;
}
