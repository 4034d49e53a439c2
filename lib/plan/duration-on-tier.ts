import type { DurationMs, MemoryMiB } from '../core/quantity.ts';
import type { ShardNeed } from '../forecast/forecast.ts';
import type { Interval } from '../forecast/interval.ts';
import { vcpuOf } from './pool.ts';

/**
 * How long a shard takes in a worker of a tier. Task code uses one thread: a tier below one vCPU stretches its CPU time,
 * one above does not shorten it.
 *
 * @param bound which end of the intervals
 */
export function durationOnTier(need: ShardNeed, memoryMiB: MemoryMiB, bound: keyof Interval = 'point'): DurationMs {
  const stretch = 1 / Math.min(1, vcpuOf(memoryMiB));
  return Math.max(0, need.durationMs[bound] + need.cpuMs[bound] * (stretch - 1));
}
