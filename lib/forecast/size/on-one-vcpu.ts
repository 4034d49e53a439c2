import type { DurationMs, MemoryMiB } from '../../core/quantity.ts';
import { vcpuOf } from '../../core/vcpu.ts';

/** What the durations of an attempt depend on. */
export interface TimedOnTier {
  readonly memoryTierMiB: MemoryMiB;
  readonly durationMs: DurationMs;
  readonly cpuMs: DurationMs;
  readonly ioMs: DurationMs;
}

/**
 * How long an attempt would have taken on one vCPU.
 *
 * CPU time is the same on every tier, waiting too; only the wall time of the CPU part changes. A tier below one vCPU
 * stretches it by the share it gets. A larger tier shortens it only as far as the attempt really ran in parallel,
 * which its CPU time beyond its wall time shows: single-threaded code gains nothing from a second vCPU.
 */
export function onOneVcpu({ memoryTierMiB, durationMs, cpuMs, ioMs }: TimedOnTier): DurationMs {
  const vcpus = vcpuOf(memoryTierMiB);
  const busyMs = Math.max(1, durationMs - ioMs);
  const speedUp = vcpus < 1 ? vcpus : Math.min(vcpus, Math.max(1, cpuMs / busyMs));
  return Math.max(Math.min(cpuMs, durationMs), durationMs - cpuMs / speedUp + cpuMs);
}
