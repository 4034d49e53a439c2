import * as z from 'zod';
import { Admission } from './admit.ts';
import { RunDemand } from './hopeless-runs.ts';

/** Where and when one shard is expected to run. `rank` orders the ready queue: the lowest is claimed first. */
export const Placement = z.strictObject({
  shard: z.string(),
  pool: z.string(),
  rank: z.string(),
  expectedStartAt: z.number(),
  expectedEndAt: z.number(),
});
export type Placement = z.infer<typeof Placement>;

/** A number of slots of one pool over a time: the allocation. */
export const SlotGrant = z.strictObject({
  pool: z.string(),
  slotCount: z.int().positive(),
  from: z.number(),
  until: z.number(),
});
export type SlotGrant = z.infer<typeof SlotGrant>;

/** A shard type that was never seen: its first shards run alone until they can be judged. */
export const Canary = z.strictObject({
  type: z.string(),
  shards: z.array(z.string()).min(1),
  verdict: z.enum(['waiting', 'promoted', 'demoted']),
});
export type Canary = z.infer<typeof Canary>;

/** What did not fit, with the moment it is expected to start. */
export const QueuedShard = z.strictObject({ shard: z.string(), expectedStartAt: z.number() });
export type QueuedShard = z.infer<typeof QueuedShard>;

export const Plan = z.strictObject({
  run: z.string(),
  /** Grows with every change of the plan. */
  generation: z.int().positive(),
  madeAt: z.number(),
  deadlineAt: z.number(),
  /** When it is the run's turn among those that wait for slots: see `Turn`. @default behind all others */
  turnAt: z.number().optional(),
  /** What is left of the run, for the choice of who is given up. */
  demand: RunDemand.omit({ run: true, deadlineAt: true }).optional(),
  /** What the run may expect beside those that were there before it. */
  admission: Admission.default({ admitted: 'now' }),
  placements: z.array(Placement),
  grants: z.array(SlotGrant),
  queue: z.array(QueuedShard),
  canaries: z.array(Canary),
  /** Zones in which work could start when it was made: it is made anew once they are others. */
  zones: z.array(z.string()).default([]),
  /** Those of them that were on probe, with few slots: it is made anew once the probes have decided. */
  probedZones: z.array(z.string()).default([]),
  expectedEndAt: z.number(),
  /** Probability that the workflow ends by its deadline. */
  chance: z.number().min(0).max(1),
  /** By when it ends with the probability that is asked for; nothing while a shard has no place. */
  safeEndAt: z.number().optional(),
  /** Money for the whole run on AWS. */
  costUsd: z.number().nonnegative(),
});
export type Plan = z.infer<typeof Plan>;
