import * as z from 'zod';

const Count = z.number().nonnegative();

/** How an attempt ended; `lost` means that another attempt committed first, or that the lease had run out. */
export const Outcome = z.enum(['committed', 'failed', 'lost']);
export type Outcome = z.infer<typeof Outcome>;

/** The telemetry record of one attempt at one shard: all that the profile learns from. */
export const ShardAttempt = z.strictObject({
  run: z.string(),
  shard: z.string(),
  /** The copy of the shard that it was: a second attempt beside the first. */
  copy: z.string().optional(),
  operation: z.string(),
  type: z.string(),
  epoch: z.int().positive(),
  slot: z.string(),
  zone: z.string(),
  /** The physical zone in which it ran, where that can be known: `use1-az1`. */
  zoneId: z.string().optional(),
  /** 1 when that is not the zone that its function was made for. */
  zoneMismatchCount: z.int().min(0).max(1).optional(),
  /** Memory of the worker function, in MiB. */
  memoryTierMiB: z.number().positive(),
  /** When the worker had claimed the shard. */
  startedAt: z.number(),
  durationMs: Count,
  /** From the moment the shard could have been claimed to the moment it was. */
  startDelayMs: Count,
  cold: z.boolean(),
  bytesIn: Count,
  bytesOut: Count,
  recordsIn: Count,
  recordsOut: Count,
  cpuMs: Count,
  peakMemoryMiB: Count,
  ioMs: Count,
  networkBytes: Count,
  outcome: Outcome,
  /** The error's name when the attempt failed. */
  error: z.string().optional(),
  /** The run's outside factors: region, user activity, anything. */
  context: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ShardAttempt = z.infer<typeof ShardAttempt>;
