import * as z from 'zod';

/** A decision of the resharder with its numbers, taken or not. */
export const ReshardRecord = z.strictObject({
  at: z.number(),
  change: z.string(),
  operation: z.string(),
  shard: z.string().optional(),
  /** The units at which the shard is cut, ascending. */
  cutsAt: z.array(z.int().positive()).readonly().optional(),
  /** Expected gain and cost of the change. */
  gainUsd: z.number(),
  costUsd: z.number(),
  savedMs: z.number(),
  taken: z.boolean(),
  /** One line for people: "split clean/7 at 61 %: -38 s, +0.0004 USD". */
  reason: z.string(),
});
export type ReshardRecord = z.infer<typeof ReshardRecord>;
