import * as z from 'zod';

/** Slots of a run, and how many there are to be. */
export const SlotChange = z.strictObject({
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  /** vCPUs that they may use together from then on. */
  vcpuMax: z.number().positive(),
  /** Those that claim nothing more. */
  dropped: z.array(z.string()).readonly(),
});
export type SlotChange = z.infer<typeof SlotChange>;

const ShardCut = z.strictObject({ shard: z.string(), cutsAt: z.array(z.int().positive()).readonly() });

/** A decision of the resharder with its numbers, taken or not. */
export const ReshardRecord = z.strictObject({
  at: z.number(),
  change: z.string(),
  /** Nothing when the whole run is changed. */
  operation: z.string().optional(),
  shard: z.string().optional(),
  /** All shards of the operation that are changed with it. */
  shards: z.array(z.string()).readonly().optional(),
  /** The units at which the shard is cut, ascending. */
  cutsAt: z.array(z.int().positive()).readonly().optional(),
  /** The same of every shard that is cut. */
  cuts: z.array(ShardCut).readonly().optional(),
  /** Neighbours of which one shard is made, the first in front. */
  merges: z.array(z.array(z.string()).readonly()).readonly().optional(),
  /** The type that is moved, and the tier that it goes to. */
  tier: z.strictObject({ type: z.string(), memoryMiB: z.number().positive() }).optional(),
  /** How the number of the run's slots changes. */
  slots: SlotChange.optional(),
  /** Expected gain and cost of the change. */
  gainUsd: z.number(),
  costUsd: z.number(),
  savedMs: z.number(),
  /** Slot time that it adds. */
  churnMs: z.number().optional(),
  taken: z.boolean(),
  /** One line for people: "split clean/7 at 61 %: -38 s, +0.0004 USD". */
  reason: z.string(),
});
export type ReshardRecord = z.infer<typeof ReshardRecord>;
