import * as z from 'zod';
import { Interval } from './interval.ts';

/** What one shard is predicted to need on one vCPU. */
export const ShardNeed = z.strictObject({
  cpuMs: Interval,
  durationMs: Interval,
  memoryMiB: Interval,
  ioMs: Interval,
  networkBytes: Interval,
  /** The chance that it is slow for no reason: two to eight times what the interval says. @default 0 */
  stragglerShare: z.number().min(0).max(1).optional(),
});
export type ShardNeed = z.infer<typeof ShardNeed>;

/** Where a prediction comes from: the type's own profile, that of its nearest relatives, or nothing but a prior. */
export const ForecastOrigin = z.enum(['profile', 'relatives', 'prior']);
export type ForecastOrigin = z.infer<typeof ForecastOrigin>;

/** How the needs of one shard type were predicted, and how its rate is expected to move while the run goes on. */
export const TypeForecast = z.strictObject({
  type: z.string(),
  origin: ForecastOrigin,
  sampleCount: z.int().nonnegative(),
  /** The size model that held-out error chose. */
  model: z.string(),
  /** How the duration is expected to move over the horizon: 1 is the rate at `madeAt`, which the needs hold already. */
  rate: z.array(Interval),
  /** One step of `rate`. */
  rateStepMs: z.number().positive(),
});
export type TypeForecast = z.infer<typeof TypeForecast>;

/** What every shard of a run is predicted to need, as it was known before the run began. */
export const Forecast = z.strictObject({
  madeAt: z.number(),
  level: z.number().gt(0).lt(1),
  types: z.array(TypeForecast),
  shards: z.array(z.strictObject({ shard: z.string(), need: ShardNeed })),
});
export type Forecast = z.infer<typeof Forecast>;
