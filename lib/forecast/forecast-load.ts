import type { EpochMs } from '../core/quantity.ts';
import { blended, coldStart } from './cold-start.ts';
import { components } from './components.ts';
import { calendarFactors } from './correlate/calendar-factors.ts';
import { correlations, type Factor } from './correlate/correlations.ts';
import { calendarCovariates } from './covariates/calendar-covariates.ts';
import { localTimes } from './covariates/local-times.ts';
import { type DayShape, pooledPath } from './day-shape.ts';
import { ensemble, type FittedEnsemble } from './ensemble.ts';
import type { FactorFinding, LoadOutlook } from './load-outlook.ts';
import type { LstmDocument } from './lstm/lstm-document.ts';
import type { Series } from './model.ts';
import { lstm } from './models/lstm.ts';
import type { PointModel } from './point-model.ts';
import { fillGaps } from './prepare/fill-gaps.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const SEASONS = [DAY_HOURS, 7 * DAY_HOURS];
/** Two days ahead, as far as the network was trained to see. */
const HORIZON = 48;
/** Outside factors that go ahead of the load by up to so many hours are found. */
const LAG_MAX = 6;
/** Fewer hours correlate by chance. */
const CORRELATED_HOURS_MIN = 4 * DAY_HOURS;

export interface LoadHistory {
  /** Busy slots hour by hour, finite, at least one. */
  readonly values: readonly number[];
  readonly startedAt: EpochMs;
  /** Outside factors on the same hours; a gap is `NaN`. */
  readonly factors: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export interface OutlookOptions {
  readonly level: number;
  readonly timeZone: string;
  readonly holidays: readonly string[];
  /** The network that was promoted; undefined before there was one. */
  readonly network: LstmDocument | undefined;
  /** Of the user's own. */
  readonly models?: readonly PointModel[] | undefined;
  /** Shapes of other types; only a type with less than four days looks at them. */
  readonly shapes: readonly DayShape[];
}

/**
 * Forecasts a type's load two days ahead: by other types while it is new, then by the network, then by the ensemble.
 *
 * @complexity that of two ensembles of n values, and of correlations with 32 + f factors
 */
export function forecastLoad(history: LoadHistory, options: OutlookOptions): LoadOutlook {
  const { values, startedAt } = history;
  const { level, network, shapes } = options;
  const says = coldStart(values.length, { hasPool: shapes.length > 0, hasLstm: network !== undefined });
  const series: Series = { values, startedAt, stepMs: HOUR_MS, seasons: SEASONS };
  const models = network ? [...components, lstm(network)] : components;
  const covariates = covariatesOf(history, options);
  const fitted = ensemble({ horizon: HORIZON, models, more: options.models }).fit({ ...series, covariates });
  const paths = [
    { share: says.ensemble, path: () => fitted.predict(HORIZON, level) },
    { share: says.lstm, path: () => (network ? alone(network).fit(series).predict(HORIZON, level) : []) },
    { share: says.pool, path: () => pooledPath(shapes, values, { ...clockOf(startedAt), stepCount: HORIZON, level }) },
  ].filter(({ share }) => share > 0);
  return {
    startsAt: startedAt + values.length * HOUR_MS,
    hours: [...blended(paths.map(({ share, path }) => ({ share, path: path() })))],
    says,
    members: [...fitted.members],
    factors: [...factorsOf(history, options, fitted)],
  };
}

function alone(network: LstmDocument) {
  return ensemble({ horizon: HORIZON, models: [lstm(network)] });
}

function clockOf(startedAt: EpochMs): { readonly firstHour: number } {
  return { firstHour: Math.floor(startedAt / HOUR_MS) % DAY_HOURS };
}

function covariatesOf({ values, startedAt, factors }: LoadHistory, { timeZone, holidays }: OutlookOptions) {
  const steps = { startedAt, stepMs: HOUR_MS, stepCount: values.length + HORIZON, timeZone };
  return [
    ...calendarCovariates({ ...steps, holidays }),
    ...factors.map(({ name, values: column }) => ({ name, columns: [column], knownAhead: false })),
  ];
}

/** The covariate with which the gain of a factor was measured. */
const COVARIATE_OF = new Map([
  ['time of day', 'local hour'],
  ['day of week', 'weekday'],
]);

function factorsOf(
  { values, startedAt, factors }: LoadHistory,
  { timeZone, holidays }: OutlookOptions,
  { covariates }: FittedEnsemble,
): readonly FactorFinding[] {
  if (values.length < CORRELATED_HOURS_MIN) return [];
  const times = localTimes({ startedAt, stepMs: HOUR_MS, stepCount: values.length, timeZone });
  const outside = factors
    .filter((factor) => factor.values.some(Number.isFinite))
    .map((factor): Factor => ({ name: factor.name, values: fillGaps(factor.values, DAY_HOURS) }));
  const all = [...calendarFactors({ localTimes: times, holidays }), ...outside];
  const gains = new Map(covariates.map(({ name, gain }) => [name, gain]));
  const groups = new Map(all.map(({ name, group = name }) => [name, group]));
  const found = correlations(Float64Array.from(values), all, { seasons: SEASONS, lagMax: LAG_MAX });
  return found.map((finding) => {
    const group = groups.get(finding.factor) ?? finding.factor;
    const gain = gains.get(COVARIATE_OF.get(group) ?? group);
    return gain === undefined ? finding : { ...finding, gain };
  });
}
