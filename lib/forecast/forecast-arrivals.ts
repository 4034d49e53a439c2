import type { EpochMs } from '../core/quantity.ts';
import { type Bucket, gridValues } from '../profile/series/bucket.ts';
import { type FactorBuckets, factorValues } from '../profile/series/factor-values.ts';
import { gridStart, resolutionFor } from '../profile/series/resolution.ts';
import type { ArrivalForecast } from './arrival-forecast.ts';
import { type Calendar, calendarCovariates } from './covariates/calendar-covariates.ts';
import type { Covariate } from './covariates/covariate.ts';
import { ensemble } from './ensemble.ts';
import { type AdaptiveState, afterOutcome, askedLevel, startAdaptive } from './intervals/adaptive-level.ts';
import type { JudgedStep } from './judged-step.ts';
import type { PointModel } from './point-model.ts';

/** How far work that arrives is forecast: as far as the fine grid is for. */
const HORIZON_MS = 6 * 3_600_000;

/** Older arrivals say nothing about the next hours: two weeks, so that a week is seen twice. */
const HISTORY_MS = 14 * 86_400_000;

/** The grid of arrivals. */
export const ARRIVAL_RESOLUTION = resolutionFor(HORIZON_MS);

const STEP_MS = ARRIVAL_RESOLUTION.stepMs;
const DAY_STEPS = 86_400_000 / STEP_MS;

/** Steps by which an outside factor may go ahead: none, a quarter of an hour, an hour. */
const FACTOR_LAGS = [0, 3, 12];

/** Past forecasts are judged by what they said of the next hour. */
const JUDGED_STEPS = 12;

interface Arrivals {
  readonly type: string;
  /** Attempts by the time at which they ended: `sum` is their duration in milliseconds. Ascending. */
  readonly buckets: readonly Bucket[];
  /** Everything before it was read. */
  readonly readUntil: EpochMs;
  readonly level: number;
  /** Of the users; not looked at when left out. */
  readonly calendar?: Pick<Calendar, 'timeZone' | 'holidays'> | undefined;
  /** What was measured with the attempts: user activity, a region; a part of the attempts may have none. */
  readonly factors?: readonly FactorBuckets[];
  /** The forecast before, whose intervals are judged now. */
  readonly before?: ArrivalForecast | undefined;
  /** Of the user's own. */
  readonly models?: readonly PointModel[] | undefined;
}

/**
 * Forecasts how many slots the work of a type keeps busy, by Little's law: time spent in a step over its length. The
 * level asked of the model follows what became of the intervals before.
 *
 * @returns undefined when nothing has arrived in two weeks
 * @complexity that of one ensemble of at most 4,032 values
 */
export function forecastArrivals(arrivals: Arrivals): ArrivalForecast | undefined {
  const { type, buckets, readUntil, level, before, models } = arrivals;
  const startsAt = gridStart(readUntil, STEP_MS);
  const recent = buckets.filter(({ at }) => at >= startsAt - HISTORY_MS && at < startsAt);
  const [first] = recent;
  if (first === undefined) return undefined;
  const values = busySlots(recent, first.at, startsAt);
  const accuracy = judgeArrivals(before, buckets, readUntil).reduce(
    (state, step) => afterOutcome(state, { ...step, level }, step.actual),
    before?.accuracy ?? startAdaptive(level),
  );
  const stepCount = HORIZON_MS / STEP_MS;
  const covariates = covariatesOf(arrivals, { recent, startedAt: first.at, startsAt });
  const series = {
    values,
    startedAt: first.at,
    stepMs: STEP_MS,
    seasons: [DAY_STEPS, 7 * DAY_STEPS],
    covariates,
  };
  const fitted = ensemble({ horizon: stepCount, more: models }).fit(series);
  const predicted = fitted.predict(stepCount, askedLevel(accuracy));
  return {
    type,
    startsAt,
    stepMs: STEP_MS,
    busySlots: predicted.map(({ point, lower, upper }) => ({
      point: storable(point),
      lower: storable(lower),
      upper: storable(upper),
      level,
    })),
    members: [...fitted.members],
    covariates: [...fitted.covariates],
    accuracy,
  };
}

interface Recent {
  readonly recent: readonly Bucket[];
  /** Of the series. */
  readonly startedAt: EpochMs;
  /** Of the forecast. */
  readonly startsAt: EpochMs;
}

/** The calendar is known ahead; outside factors are not, but some go ahead of the work that they bring. */
function covariatesOf(
  { calendar, factors = [] }: Arrivals,
  { recent, startedAt, startsAt }: Recent,
): readonly Covariate[] {
  const steps = { startedAt, stepMs: STEP_MS, stepCount: (startsAt - startedAt) / STEP_MS + HORIZON_MS / STEP_MS };
  const grid = { from: startedAt, until: startsAt, stepMs: STEP_MS };
  const counts = gridValues(recent, { ...grid, statistic: 'count' });
  return [
    ...(calendar ? calendarCovariates({ ...steps, ...calendar }) : []),
    ...factors.map((factor) => ({
      name: factor.name,
      columns: [factorValues(factor, { ...grid, counts })],
      knownAhead: false,
      lags: FACTOR_LAGS,
    })),
  ];
}

/** A fraction of a slot that small is none; DynamoDB refuses numbers below 1e-130. */
function storable(slots: number): number {
  return Math.abs(slots) < 1e-12 ? 0 : slots;
}

function busySlots(buckets: readonly Bucket[], from: EpochMs, until: EpochMs): readonly number[] {
  const values = gridValues(buckets, { from, until, stepMs: STEP_MS, statistic: 'sum' });
  return values.map((sumMs) => sumMs / STEP_MS);
}

/**
 * What has become of the next hour of a forecast, as far as it is over.
 *
 * @param until everything before it was read
 * @returns ascending
 */
export function judgeArrivals(
  before: ArrivalForecast | undefined,
  buckets: readonly Bucket[],
  until: EpochMs,
): readonly JudgedStep[] {
  if (before === undefined) return [];
  const { startsAt } = before;
  const judgedUntil = Math.max(startsAt, Math.min(gridStart(until, STEP_MS), startsAt + JUDGED_STEPS * STEP_MS));
  const [naive = 0, ...truths] = busySlots(buckets, startsAt - STEP_MS, judgedUntil);
  return truths.flatMap((actual, ahead) => {
    const { lower, point, upper } = before.busySlots[ahead] ?? {};
    if (lower === undefined || point === undefined || upper === undefined) return [];
    return [{ at: startsAt + ahead * STEP_MS, lower, point, upper, actual, naive }];
  });
}

/** Of the last step. */
export function forecastEnd({ startsAt, stepMs, busySlots }: ArrivalForecast): EpochMs {
  return startsAt + stepMs * busySlots.length;
}

/** The share of truths that lay inside their intervals; undefined before there were any. */
export function measuredCoverage({ seenCount, missedCount }: AdaptiveState): number | undefined {
  return seenCount > 0 ? 1 - missedCount / seenCount : undefined;
}
