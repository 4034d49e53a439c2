import { ensemble } from '../lib/forecast/ensemble.ts';
import type { Bench } from './bench.ts';
import { type RecordedSeries, readNabCloudwatch } from './data/nab-cloudwatch.ts';
import { average, geometricMean, meanAbsoluteError } from './measures/forecast-scores.ts';

const SEASON = 288;
const LEVEL = 0.95;

/** Half-day steps back from four days before the end: seven forecasts of a day. */
const ORIGIN_COUNT = 7;

/** One-step forecasts, every 45 minutes through the last three days. */
const STEP_ORIGIN_COUNT = 96;
const STEP_SPACING = 9;

/** Real CloudWatch metrics on their grid of five minutes: a day ahead, and one step ahead. */
export const bench: Bench = {
  name: 'forecast-cloudwatch',
  needs: '--data with series/nab-cloudwatch',
  takes: '3 min',
  run: async ({ data }) => {
    const rows = (await readNabCloudwatch(data)).map(scoresOf);
    const toSeasonalNaive = geometricMean(rows.map(({ day }) => day));
    const toNaive = geometricMean(rows.map(({ step }) => step));
    const toBestOfThree = geometricMean(rows.map(({ day, best }) => day / best));
    return {
      figures: { seriesCount: rows.length, toSeasonalNaive, toNaive, toBestOfThree },
      targets: { toSeasonalNaive: { atMost: 0.68 }, toNaive: { atMost: 0.85 }, toBestOfThree: { atMost: 1.1 } },
      table: rows.map(({ id, day, best, step }) => ({
        series: id,
        'day / seasonal naive': day.toFixed(3),
        'best of naive, SES, seasonal naive': best.toFixed(3),
        'step / naive': step.toFixed(3),
      })),
    };
  },
};

function scoresOf(series: RecordedSeries) {
  const { values } = series;
  const origins = Array.from({ length: ORIGIN_COUNT }, (_, index) => values.length - (index + 2) * (SEASON / 2));
  const days = origins.map((origin) => dayAhead(series, origin));
  const errorOf = (method: keyof (typeof days)[number]) => average(days.map((day) => day[method]));
  const seasonal = errorOf('seasonalNaive');
  return {
    id: series.id,
    day: errorOf('ensemble') / seasonal,
    best: Math.min(seasonal, errorOf('naive'), errorOf('ses')) / seasonal,
    step: stepAhead(series),
  };
}

function dayAhead(series: RecordedSeries, origin: number) {
  const known = { ...series, values: series.values.slice(0, origin), seasons: [SEASON, 7 * SEASON] };
  const truth = series.values.slice(origin, origin + SEASON);
  const errorOf = (points: readonly number[]) => meanAbsoluteError(points, truth);
  const last = known.values.findLast((value) => !Number.isNaN(value)) ?? 0;
  const before = known.values.slice(-SEASON).map((value) => (Number.isNaN(value) ? last : value));
  const points = ensemble({ horizon: SEASON })
    .fit(known)
    .predict(SEASON, LEVEL)
    .map(({ point }) => point);
  return {
    ensemble: errorOf(points),
    seasonalNaive: errorOf(before),
    naive: errorOf(new Array<number>(SEASON).fill(last)),
    ses: errorOf(new Array<number>(SEASON).fill(smoothedLevel(known.values))),
  };
}

/** Simple exponential smoothing with the usual weight of a tenth. */
function smoothedLevel(values: readonly number[]): number {
  return values.reduce((level, value) => (Number.isNaN(value) ? level : level + 0.1 * (value - level)), values[0] ?? 0);
}

function stepAhead(series: RecordedSeries): number {
  const errors = Array.from({ length: STEP_ORIGIN_COUNT }, (_, index) => {
    const origin = series.values.length - 1 - index * STEP_SPACING;
    const [truth, last] = [series.values[origin] ?? Number.NaN, series.values[origin - 1] ?? Number.NaN];
    const known = { ...series, values: series.values.slice(0, origin), seasons: [SEASON, 7 * SEASON] };
    const point = ensemble({ horizon: 1 }).fit(known).predict(1, LEVEL)[0]?.point ?? Number.NaN;
    return { ensemble: Math.abs(truth - point), naive: Math.abs(truth - last) };
  }).filter(({ naive }) => !Number.isNaN(naive));
  return average(errors.map((error) => error.ensemble)) / average(errors.map((error) => error.naive));
}
