import type { MemoryMiB } from './quantity.ts';

/** Lambda gives one vCPU per this many MiB. @see AWS Lambda Developer Guide, "Configure memory" */
export const MIB_PER_VCPU = 1_769;

/** vCPUs of Lambda's largest function. */
const VCPU_MAX = 6;

/** @returns the share of vCPUs that a function of this memory gets: 1 per 1,769 MiB, at most 6 */
export function vcpuOf(memoryMiB: MemoryMiB): number {
  return Math.min(VCPU_MAX, memoryMiB / MIB_PER_VCPU);
}
