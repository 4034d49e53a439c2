import * as z from 'zod';
import { ShardAttempt } from './shard-attempt.ts';

/** How many attempts of a type the store keeps: the newest ones. */
export const SAMPLES_MAX = 400;

/** What a size model needs to know of one committed attempt. */
export const Sample = ShardAttempt.pick({
  run: true,
  shard: true,
  epoch: true,
  memoryTierMiB: true,
  startedAt: true,
  durationMs: true,
  startDelayMs: true,
  cold: true,
  bytesIn: true,
  recordsIn: true,
  bytesOut: true,
  cpuMs: true,
  peakMemoryMiB: true,
  ioMs: true,
  networkBytes: true,
  context: true,
});
export type Sample = z.infer<typeof Sample>;

/** What identifies one attempt, so that a record that comes twice counts once. */
export const AttemptKey = ShardAttempt.pick({ run: true, shard: true, epoch: true, startedAt: true });
export type AttemptKey = z.infer<typeof AttemptKey>;

/** What earlier runs left of one shard type. */
export const Profile = z.strictObject({
  type: z.string(),
  /** Committed attempts, oldest first. */
  samples: z.array(Sample).max(SAMPLES_MAX),
  committedCount: z.int().nonnegative(),
  failedCount: z.int().nonnegative(),
  /** The failed attempts that `failedCount` already holds, oldest first: the newest ones. */
  failures: z.array(AttemptKey).max(SAMPLES_MAX),
});
export type Profile = z.infer<typeof Profile>;
