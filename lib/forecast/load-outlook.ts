import * as z from 'zod';
import { Interval } from './interval.ts';

/** What an outside factor has to do with a type's load. */
export const FactorFinding = z.strictObject({
  factor: z.string(),
  kind: z.enum(['pearson', 'spearman']),
  /** Hours by which the factor goes ahead. */
  lag: z.int().nonnegative(),
  effect: z.number(),
  /** Corrected for all that was looked at. */
  p: z.number(),
  /** How much less wrong a forecast with it was, as a share of its error; absent where none was tried. */
  gain: z.number().optional(),
});
export type FactorFinding = z.infer<typeof FactorFinding>;

/** A type's load over the next two days, hour by hour, and what moves it. */
export const LoadOutlook = z.strictObject({
  startsAt: z.number(),
  /** Busy slots. */
  hours: z.array(Interval),
  /** Who was heard. */
  says: z.strictObject({ pool: z.number(), lstm: z.number(), ensemble: z.number() }),
  members: z.array(z.strictObject({ name: z.string(), weight: z.number(), meanAbsoluteError: z.number() })),
  factors: z.array(FactorFinding),
});
export type LoadOutlook = z.infer<typeof LoadOutlook>;
