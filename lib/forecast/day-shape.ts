import { quantile } from 'simple-statistics';
import * as z from 'zod';
import type { Interval } from './interval.ts';

const HOURS = 24;

/** How a type's load is spread over the hours of the day (UTC), each as a multiple of its mean. */
export const DayShape = z.strictObject({
  /** The mean itself, in slots. */
  level: z.number().nonnegative(),
  hours: z.array(z.strictObject({ point: z.number(), lower: z.number(), upper: z.number() })).length(HOURS),
});
export type DayShape = z.infer<typeof DayShape>;

/** Two days, so that no hour's range rests on one value. */
export const SHAPE_HOURS_MIN = 2 * HOURS;

/**
 * The shape of a history, for types that have none yet.
 *
 * @param values hour by hour, finite
 * @param firstHour hour of the day (UTC) of the first value
 * @returns undefined when the history is shorter than two days, or when nothing ever ran
 * @complexity O(n log n)
 */
export function dayShape(
  values: readonly number[],
  { firstHour, level }: { readonly firstHour: number; readonly level: number },
): DayShape | undefined {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < SHAPE_HOURS_MIN || !(mean > 0)) return undefined;
  const hours = Array.from({ length: HOURS }, (_, hour) => {
    const own = values.filter((_value, index) => (firstHour + index) % HOURS === hour).map((value) => value / mean);
    return {
      point: own.reduce((sum, value) => sum + value, 0) / own.length,
      lower: quantile(own, (1 - level) / 2),
      upper: quantile(own, (1 + level) / 2),
    };
  });
  return { level: mean, hours };
}

/** Hours of its own that the level of the others is worth to a new type. */
const LEVEL_PRIOR_HOURS = 6;

/**
 * What a type is expected to do that has next to no past: its own level so far, drawn towards the middle one of the
 * others, in the shape that the others have on the mean; within the widest of their ranges.
 *
 * @param shapes of other types, at least one
 * @param own what is known of the type itself, hour by hour
 * @complexity O(h s) for h hours and s shapes
 */
export function pooledPath(
  shapes: readonly DayShape[],
  own: readonly number[],
  { firstHour, stepCount, level }: { readonly firstHour: number; readonly stepCount: number; readonly level: number },
): readonly Interval[] {
  const others = quantile(
    shapes.map((shape) => shape.level),
    0.5,
  );
  const total = own.reduce((sum, value) => sum + value, 0);
  const mean = (total + LEVEL_PRIOR_HOURS * others) / (own.length + LEVEL_PRIOR_HOURS);
  return Array.from({ length: stepCount }, (_, ahead) => {
    const hour = (firstHour + own.length + ahead) % HOURS;
    const there = shapes.flatMap((shape) => shape.hours[hour] ?? []);
    const point = there.reduce((sum, one) => sum + one.point / there.length, 0);
    const lower = Math.min(point, ...there.map((one) => one.lower));
    const upper = Math.max(point, ...there.map((one) => one.upper));
    return { point: mean * point, lower: mean * lower, upper: mean * upper, level };
  });
}
