import * as z from 'zod';
import { AccuracyPeriod } from '../forecast/accuracy-trend.ts';
import { Interval } from '../forecast/interval.ts';
import { JudgedStep } from '../forecast/judged-step.ts';
import { FactorFinding } from '../forecast/load-outlook.ts';

/** What the profiler knew of a shard type's load when the run ended: slots that its work kept busy, over all runs. */
export const TypeLoad = z.strictObject({
  type: z.string(),
  /** Hour by hour, oldest first. */
  history: z.array(z.strictObject({ at: z.number(), busySlots: z.number() })),
  /** The next hours, from `startsAt` on. */
  startsAt: z.number(),
  ahead: z.array(Interval),
  /** Forecasts of five minutes beside what became of them, oldest first. */
  judged: z.array(JudgedStep),
  /** By day. */
  days: z.array(AccuracyPeriod),
  level: z.number(),
  factors: z.array(FactorFinding),
});
export type TypeLoad = z.infer<typeof TypeLoad>;
