import { type RollingOrigins, rollingOrigins } from './combine/rolling-origins.ts';
import { type ValidatedModel, validateModels } from './combine/validate-models.ts';
import { weightedMedianPath } from './combine/weighted-median-path.ts';
import { components } from './components.ts';
import { type ChosenCovariates, type CovariateGain, chooseCovariates } from './covariates/choose-covariates.ts';
import { prepareCovariate } from './covariates/prepare-covariate.ts';
import { type ErrorScores, intervalModel } from './intervals/interval-model.ts';
import { type PathError, pathErrors } from './intervals/path-errors.ts';
import type { FittedModel, Model, Series } from './model.ts';
import { levelMedian } from './models/baselines.ts';
import { type Reach, reachOf, within } from './numeric/reach-of.ts';
import type { History, PointModel } from './point-model.ts';
import { type PreparedHistory, prepareHistory } from './prepare/prepare-history.ts';

export interface EnsembleOptions {
  /** Steps ahead that the weights and intervals are made for; further ones are answered with less care. */
  readonly horizon: number;
  /** @default all models of this folder */
  readonly models?: readonly PointModel[];
  /** Of the user's own, beside the others. */
  readonly more?: readonly PointModel[] | undefined;
  /** Error scores of other series of the same kind: a quarter of each interval comes from them. */
  readonly pool?: ErrorScores;
}

/** A member of the combination and its say. */
export interface Member {
  readonly name: string;
  /** All weights add up to 1. */
  readonly weight: number;
  /** In the rolling-origin validation. */
  readonly meanAbsoluteError: number;
}

export interface FittedEnsemble extends FittedModel {
  readonly members: readonly Member[];
  /** What each of the series' covariates was worth. */
  readonly covariates: readonly CovariateGain[];
  /** For the pool of like series. */
  readonly scores: ErrorScores;
}

/** A model that says what it is made of. */
export interface Ensemble extends Model {
  fit(series: Series): FittedEnsemble;
}

/** No member counts as less wrong than this share of the worst: an error of 0 would silence all others. */
const ERROR_FLOOR = 1e-6;

/** Relative to the best member's. */
const SAY_MIN = 0.03;

/** A member's weight is its mean absolute error to the power of minus this. */
const SHARPNESS = 3;

/**
 * Combines many models by the weighted median of their paths, weighted by how wrong each was at 54 moments that it
 * had not learnt from; never a single pick. Its intervals come from the combination's own errors at those moments.
 *
 * A history too short to judge by is answered with the middle of what there is.
 */
export function ensemble(options: EnsembleOptions): Ensemble {
  return { name: 'ensemble', fit: (series) => fitEnsemble(series, options) };
}

function fitEnsemble(
  series: Series,
  { horizon, models = components, more = [], pool }: EnsembleOptions,
): FittedEnsemble {
  const prepared = prepareHistory(series);
  const { observed, seasons, nonNegative } = prepared;
  const season = seasons[0] ?? 1;
  const moments = rollingOrigins(observed.length, seasons[0]);
  const chosen = usefulCovariates(series, prepared, moments && { ...moments, horizon });
  const values = chosen.values ?? prepared.values;
  const tried = [...models, ...more, ...chosen.models];
  const judged = moments ? validateModels(tried, { values, seasons }, { ...moments, horizon }) : [];
  const members = judged.length > 0 ? weighted(judged) : [unjudged({ values, seasons, trainingEnd: values.length })];
  const errors =
    moments && judged.length > 0 ? combinedErrors(observed, moments, members, season) : stepErrors(observed);
  const intervals = intervalModel(errors, { season, smallest: smallestScale(values), pool });
  const continued = members.map(({ forecaster, weight }) => ({ forecaster: forecaster.learnAll(), weight }));
  const says = continued.map(({ weight }) => weight);
  return {
    name: 'ensemble',
    members: members.map(({ model, weight, meanAbsoluteError }) => ({ name: model.name, weight, meanAbsoluteError })),
    covariates: chosen.gains,
    scores: intervals.scores,
    predict: (steps, level) => {
      const paths = continued.map(({ forecaster }) => forecaster.forecast(values.length, steps));
      const combined = weightedMedianPath(paths, says);
      const path = withinReach(combined, observed, nonNegative);
      return intervals.intervals(path, { level, firstPlace: values.length % season, nonNegative });
    },
  };
}

/** Without moments to judge by, none. */
function usefulCovariates(
  { covariates = [] }: Series,
  { observed, seasons, first }: PreparedHistory,
  moments: (RollingOrigins & { readonly horizon: number }) | undefined,
): ChosenCovariates {
  if (moments === undefined) return { gains: [], models: [] };
  const { trainingEnd, horizon } = moments;
  const part = { first, length: observed.length, seasons, trainingEnd };
  const prepared = covariates.flatMap((covariate) => prepareCovariate(covariate, part) ?? []);
  return chooseCovariates(prepared, { observed, seasons, moments, horizon });
}

interface WeightedModel extends ValidatedModel {
  readonly weight: number;
}

/** Of a history too short to judge by, the middle is all that can be said. */
function unjudged(history: History): WeightedModel {
  return { model: levelMedian, forecaster: levelMedian.fit(history), paths: [], meanAbsoluteError: 0, weight: 1 };
}

/** Members with next to no say are left out: they cost as much as the others. */
function weighted(judged: readonly ValidatedModel[]): readonly WeightedModel[] {
  const best = Math.min(...judged.map(({ meanAbsoluteError }) => meanAbsoluteError));
  const worst = Math.max(...judged.map(({ meanAbsoluteError }) => meanAbsoluteError));
  const floor = Math.max(worst * ERROR_FLOOR, Number.MIN_VALUE);
  const say = ({ meanAbsoluteError }: ValidatedModel) =>
    (Math.max(best, floor) / Math.max(meanAbsoluteError, floor)) ** SHARPNESS;
  const heard = judged.filter((member) => say(member) >= SAY_MIN);
  const total = heard.reduce((sum, member) => sum + say(member), 0);
  return heard.map((member) => ({ ...member, weight: say(member) / total }));
}

function combinedErrors(
  values: Float64Array,
  { earlierOrigins, origins }: RollingOrigins,
  members: readonly WeightedModel[],
  season: number,
): readonly PathError[] {
  const weights = members.map(({ weight }) => weight);
  const all = [...earlierOrigins, ...origins];
  const combined = all.map((_, index) =>
    weightedMedianPath(
      members.map(({ paths }) => paths[index] ?? new Float64Array(0)),
      weights,
    ),
  );
  return pathErrors(values, all, combined, season);
}

/** Without a validation: how far each value was from the one before, or half of the only one. */
function stepErrors(values: Float64Array): readonly PathError[] {
  if (values.length === 1) return [{ ahead: 0, place: 0, error: (values[0] ?? 0) / 2 }];
  return Array.from(values.subarray(1), (value, index) => ({
    ahead: 0,
    place: 0,
    error: value - (values[index] ?? 0),
  }));
}

/** A history that never moved still gets an interval, of a millionth of its size, or next to none around 0. */
function smallestScale(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest > 0 ? largest * 1e-6 : 1e-12;
}

/** Widths of the range seen that a forecast may go beyond it. */
const REACH = 2;

/** Keeps a path where the history lets one believe it: never far outside of what was seen, never negative for counts. */
function withinReach(path: Float64Array, observed: Float64Array, nonNegative: boolean): Float64Array {
  const [lowest, highest] = reachOf(observed, REACH);
  const reach: Reach = [nonNegative ? Math.max(0, lowest) : lowest, highest];
  return path.map((value) => within(reach, value));
}
