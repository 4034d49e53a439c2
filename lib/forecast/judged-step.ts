import * as z from 'zod';

/** One step of a forecast beside what became of it. */
export const JudgedStep = z.strictObject({
  /** Start of the step. */
  at: z.number(),
  lower: z.number(),
  point: z.number(),
  upper: z.number(),
  actual: z.number(),
  /** The newest value that was known when the forecast was made: what a forecast has to beat. */
  naive: z.number(),
});
export type JudgedStep = z.infer<typeof JudgedStep>;

/** The value lay in its interval. */
export function wasHeld({ actual, lower, upper }: Pick<JudgedStep, 'actual' | 'lower' | 'upper'>): boolean {
  return lower <= actual && actual <= upper;
}
