import { naive, seasonalNaive } from '../models/baselines.ts';
import { ridgeFamily } from '../models/ridge-family.ts';
import type { PointForecaster, PointModel } from '../point-model.ts';
import { fillGaps } from '../prepare/fill-gaps.ts';
import type { Covariate } from './covariate.ts';
import type { CovariateColumn } from './covariate-column.ts';

/** A covariate as the regression takes it. */
export interface PreparedCovariate {
  readonly name: string;
  readonly columns: readonly CovariateColumn[];
}

/** Which part of the covariate belongs to the series. */
export interface SeriesPart {
  /** Values of the series before it that were left out. */
  readonly first: number;
  /** Values of the series. */
  readonly length: number;
  readonly seasons: readonly number[];
  /** What forecasts a covariate learns from the values before this one. */
  readonly trainingEnd: number;
}

/** Predicts what is not known of a covariate; the first that applies. */
const OWN_MODELS: readonly PointModel[] = [
  ...ridgeFamily.slice(0, 1),
  seasonalNaive('seasonal naive', 'shortest'),
  naive,
];

/**
 * Makes a covariate fit to regress on: gaps filled, and whatever lies ahead of a moment either known or forecast from
 * what was known at that moment.
 *
 * @returns undefined when some column is shorter than the series, or has no value in it: nothing can be learnt from it
 */
export function prepareCovariate(covariate: Covariate, part: SeriesPart): PreparedCovariate | undefined {
  const { first, length, seasons } = part;
  const columns = covariate.columns.map((column) => column.slice(first));
  const usable = columns.every((column) => column.length >= length && column.slice(0, length).some(Number.isFinite));
  if (!usable) return undefined;
  const lags = covariate.lags ?? [0];
  return {
    name: covariate.name,
    columns: columns.flatMap((column) => {
      const known = fillGaps(covariate.knownAhead ? column : column.slice(0, length), seasons[0]);
      const ahead = lookAhead(known, covariate.knownAhead, part);
      return lags.map((lag) => ({ lag, known, ahead }));
    }),
  };
}

function lookAhead(
  known: Float64Array,
  knownAhead: boolean,
  { length, seasons, trainingEnd }: SeriesPart,
): CovariateColumn['ahead'] {
  const history = { values: known.subarray(0, knownAhead ? known.length : length), seasons, trainingEnd };
  let own: PointForecaster | undefined;
  return (origin, horizon) => {
    const until = knownAhead ? Math.min(known.length, origin + horizon) : origin;
    const path = new Float64Array(horizon);
    path.set(known.subarray(origin, until));
    const rest = origin + horizon - until;
    if (rest === 0) return path;
    // Made on first use: most of what is known ahead is known far enough.
    own ??= OWN_MODELS.map((model) => model.fit(history)).find((fitted) => fitted !== undefined);
    if (own) path.set(own.forecast(until, rest), until - origin);
    return path;
  };
}
