import * as z from 'zod';
import { AccuracyPeriod, type AccuracyTrend, accuracyTrend } from './accuracy-trend.ts';
import { JudgedStep, wasHeld } from './judged-step.ts';

const DAY_MS = 86_400_000;
/** Half a day of steps is drawn; sums of days are kept for two months. */
const STEPS_MAX = 144;
const DAYS_MAX = 62;
/** A decay must show within so many days. */
const RECENT_DAYS = 2;

/** What became of a type's forecasts of arrivals, from refresh to refresh. */
export const ArrivalRecord = z.strictObject({
  /** Every step before it was counted. */
  judgedUntil: z.number(),
  /** The newest steps, oldest first. */
  steps: z.array(JudgedStep).max(STEPS_MAX),
  /** By day, oldest first. */
  days: z.array(AccuracyPeriod).max(DAYS_MAX),
});
export type ArrivalRecord = z.infer<typeof ArrivalRecord>;

/**
 * Adds what became of the newest forecast. Adding the same steps again changes nothing.
 *
 * @param judged ascending
 * @complexity O(n)
 */
export function withJudged(record: ArrivalRecord | undefined, judged: readonly JudgedStep[]): ArrivalRecord {
  const { judgedUntil, steps, days } = record ?? { judgedUntil: Number.NEGATIVE_INFINITY, steps: [], days: [] };
  const fresh = judged.filter(({ at }) => at >= judgedUntil);
  const last = fresh.at(-1);
  if (last === undefined) return { judgedUntil: Math.max(judgedUntil, 0), steps, days };
  return {
    judgedUntil: last.at + 1,
    steps: [...steps, ...fresh].slice(-STEPS_MAX),
    days: fresh.reduce(inItsDay, days).slice(-DAYS_MAX),
  };
}

function inItsDay(days: readonly AccuracyPeriod[], step: JudgedStep): AccuracyPeriod[] {
  const at = Math.floor(step.at / DAY_MS) * DAY_MS;
  const day = days.find((one) => one.at === at) ?? { at, seenCount: 0, missedCount: 0, error: 0, reference: 0 };
  const changed = {
    at,
    seenCount: day.seenCount + 1,
    missedCount: day.missedCount + (wasHeld(step) ? 0 : 1),
    error: day.error + Math.abs(step.actual - step.point),
    reference: day.reference + Math.abs(step.actual - step.naive),
  };
  return [...days.filter((one) => one.at !== at), changed];
}

/** How the forecasts of the last two days did, beside all before. */
export function arrivalTrend({ days }: ArrivalRecord, level: number): AccuracyTrend | undefined {
  return accuracyTrend(days, { level, recentCount: RECENT_DAYS });
}
