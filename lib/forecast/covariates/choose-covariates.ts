import type { RollingOrigins } from '../combine/rolling-origins.ts';
import { validateModels } from '../combine/validate-models.ts';
import { ridgeFamily } from '../models/ridge-family.ts';
import type { PointModel } from '../point-model.ts';
import { cleanBeside } from './clean-beside.ts';
import type { CovariateColumn } from './covariate-column.ts';
import type { PreparedCovariate } from './prepare-covariate.ts';
import { withCovariates } from './with-covariates.ts';

/** What a covariate was found to be worth. */
export interface CovariateGain {
  readonly name: string;
  /** By how much less wrong an autoregression with it is, as a share of the error without; negative when it does harm. */
  readonly gain: number;
  readonly kept: boolean;
}

/** What is kept, as members of the combination. */
export interface ChosenCovariates {
  readonly gains: readonly CovariateGain[];
  /** None when no covariate is kept. */
  readonly models: readonly PointModel[];
  /** The history with the spikes replaced that what is kept does not explain; undefined when nothing is kept. */
  readonly values?: Float64Array;
}

/** Less than this is chance. */
const GAIN_MIN = 0.02;

interface Judging {
  /** With its spikes. */
  readonly observed: Float64Array;
  readonly seasons: readonly number[];
  readonly moments: RollingOrigins;
  readonly horizon: number;
}

/**
 * Keeps the covariates with which an autoregression is less wrong at moments it has not learnt from; each is tried
 * beside those kept before it.
 *
 * @param covariates k of them, in the order in which they are tried
 * @complexity that of 2 + k fits and validations of one autoregression, and of the whole family when one is kept
 */
export function chooseCovariates(covariates: readonly PreparedCovariate[], judging: Judging): ChosenCovariates {
  if (covariates.length === 0) return { gains: [], models: [] };
  const { observed, seasons } = judging;
  const all = covariates.flatMap(({ columns }) => columns);
  const judge = { ...judging, values: cleanBeside(observed, all, seasons) };
  const {
    base,
    log,
    error: without,
  } = BASES.map((one) => ({ ...one, error: errorOf(one.base, judge) })).reduce((best, one) =>
    one.error < best.error ? one : best,
  );
  let [error, kept]: [number, readonly CovariateColumn[]] = [without, []];
  const gains = covariates.map(({ name, columns }) => {
    const more = [...kept, ...columns];
    const tried = errorOf(withCovariates(base, { columns: more, log }), judge);
    const gain = 1 - tried / error;
    const helps = gain >= GAIN_MIN;
    if (helps) [error, kept] = [tried, more];
    return { name, gain: Number.isFinite(gain) ? gain : 0, kept: helps };
  });
  if (kept.length === 0) return { gains, models: [] };
  const models = ridgeFamily.map((model) => withCovariates(model, { columns: kept, log }));
  return { gains, models, values: cleanBeside(observed, kept, seasons) };
}

/** On the values and on their logs: whichever is less wrong says whether covariates add or multiply. */
const BASES = ridgeFamily.slice(0, 2).map((base, index) => ({ base, log: index > 0 }));

/** Infinite where the model does not apply. */
function errorOf(
  model: PointModel,
  { values, seasons, moments, horizon }: Judging & { readonly values: Float64Array },
) {
  const [judged] = validateModels([model], { values, seasons }, { ...moments, horizon });
  return judged?.meanAbsoluteError ?? Number.POSITIVE_INFINITY;
}
