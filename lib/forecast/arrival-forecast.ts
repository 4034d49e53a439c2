import * as z from 'zod';
import { Interval } from './interval.ts';
import { AdaptiveState } from './intervals/adaptive-level.ts';

/** How many slots a shard type is expected to keep busy. */
export const ArrivalForecast = z.strictObject({
  type: z.string(),
  /** Start of the first step. */
  startsAt: z.number(),
  stepMs: z.number().positive(),
  /** Slots that are busy on average, step by step. */
  busySlots: z.array(Interval),
  /** The models that have a say, and how much. */
  members: z.array(z.strictObject({ name: z.string(), weight: z.number(), meanAbsoluteError: z.number() })),
  /** What the calendar of the users and the outside factors were worth, as a share of the error without them. */
  covariates: z.array(z.strictObject({ name: z.string(), gain: z.number(), kept: z.boolean() })).default([]),
  /** How well the intervals of earlier forecasts held. */
  accuracy: AdaptiveState,
});
export type ArrivalForecast = z.infer<typeof ArrivalForecast>;
