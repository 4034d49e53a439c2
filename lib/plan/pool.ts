import * as z from 'zod';

export { MIB_PER_VCPU, vcpuOf } from '../core/vcpu.ts';

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
  /** Its zone is on probe: `slotMax` is less than the pool could have. */
  probed: z.boolean().optional(),
});
export type Pool = z.infer<typeof Pool>;

/** The zone of a pool that Lambda places where it likes. */
export const REGIONAL = 'regional';
