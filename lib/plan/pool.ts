import * as z from 'zod';

/** Lambda gives one vCPU per this many MiB. @see AWS Lambda Developer Guide, "Configure memory" */
export const MIB_PER_VCPU = 1_769;

/** One worker function: a memory tier in a zone, or regional without a VPC. */
export const Pool = z.strictObject({
  id: z.string(),
  functionName: z.string(),
  memoryMiB: z.number().positive(),
  zone: z.string(),
  /** A drained pool starts nothing new. */
  state: z.enum(['open', 'drained']),
  /** Slots that it can have at once, over all runs. */
  slotMax: z.int().nonnegative(),
});
export type Pool = z.infer<typeof Pool>;

/** The zone of a pool that Lambda places where it likes. */
export const REGIONAL = 'regional';

/** @returns 1 vCPU per 1,769 MiB, at most 6 (Lambda's largest function) */
export function vcpuOf(memoryMiB: number): number {
  return Math.min(6, memoryMiB / MIB_PER_VCPU);
}
