import * as z from 'zod';

/** A prediction with its interval: the truth lies in [lower, upper] with probability `level`. */
export const Interval = z.strictObject({
  point: z.number(),
  lower: z.number(),
  upper: z.number(),
  level: z.number().gt(0).lt(1),
});
export type Interval = z.infer<typeof Interval>;
