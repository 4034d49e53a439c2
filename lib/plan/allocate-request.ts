import * as z from 'zod';
import { ShardNeed } from '../forecast/forecast.ts';
import { Objective } from '../workflow/definition.ts';
import { RunDemand } from './hopeless-runs.ts';
import { Canary } from './plan.ts';
import { Pool } from './pool.ts';
import { PoolLedger } from './pool-ledger.ts';

/** A shard that has not committed, with what it is predicted to need. */
export const OpenShard = z.strictObject({
  id: z.string(),
  operation: z.string(),
  index: z.int().nonnegative(),
  type: z.string(),
  /** See core/ids; a need whose shards are not among the open ones is met. */
  needs: z.array(z.string()),
  need: ShardNeed,
  /** The tier that an attempt without enough memory or time asks for; 0 for none. */
  memoryMinMiB: z.number().nonnegative().default(0),
  /** Of a shard whose input has not arrived yet: when it will have, and when the shard should have ended, from now. */
  arrival: z.strictObject({ opensInMs: z.number().nonnegative(), dueInMs: z.number() }).optional(),
  /** Set while it runs. */
  running: z.strictObject({ pool: z.string(), remainingMs: z.number().nonnegative() }).optional(),
});
export type OpenShard = z.infer<typeof OpenShard>;

export const AllocateRequest = z.strictObject({
  run: z.string(),
  /** Of the plan that is asked for: one more than that of the plan before. */
  generation: z.int().positive(),
  /** True until it has been admitted: nothing of it has run, and it may be refused. */
  newcomer: z.boolean(),
  now: z.number(),
  /** When the run began. @default now */
  startedAt: z.number().optional(),
  deadlineAt: z.number(),
  priority: z.int().min(0).max(9),
  objective: Objective,
  shards: z.array(OpenShard),
  pools: z.array(Pool).min(1),
  /** What all runs hold; this run's own holds count as free. A pool without a ledger is held by none. */
  ledgers: z.array(PoolLedger),
  /** What is left of the other active runs, as far as they have been planned. @default - there is none */
  others: z.array(RunDemand).optional(),
  /** Types on trial, with the verdict so far. */
  canaries: z.array(Canary),
  /** Types whose tier was decided while the run went on. */
  tiers: z.array(z.strictObject({ type: z.string(), memoryMiB: z.number().positive() })).optional(),
  /** Types that no profile knows. */
  newTypes: z.array(z.string()),
  canaryCount: z.int().nonnegative(),
  /** How long one slot's start takes. */
  startDelayMs: z.number().nonnegative(),
  /** vCPUs that all slots of all runs together may use. */
  vcpuMax: z.number().positive(),
  /** vCPUs that the run's own slots may use together, as it was decided while it went on. @default no limit of its own */
  ownVcpuMax: z.number().positive().optional(),
  /** True when a late shard gets a copy while it runs. @default false */
  speculation: z.boolean().optional(),
  /** Probability with which the deadline must be met. */
  chance: z.number().gt(0).lt(1),
});
export type AllocateRequest = z.infer<typeof AllocateRequest>;
