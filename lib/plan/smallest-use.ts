import type { Bin, TaskClass } from './schedule-problem.ts';

/** The least of each resource that any class uses which may run in some bin: with less than that nothing starts. */
export function smallestUse(classes: readonly TaskClass[]): Bin {
  let vcpu = Number.POSITIVE_INFINITY;
  let memoryMiB = Number.POSITIVE_INFINITY;
  for (const one of classes) {
    if (one.bins.length + (one.overflow?.length ?? 0) === 0) continue;
    vcpu = Math.min(vcpu, one.vcpu);
    memoryMiB = Math.min(memoryMiB, one.memoryMiB);
  }
  return { vcpu, memoryMiB };
}
