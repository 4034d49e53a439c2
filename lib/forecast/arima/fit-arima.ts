import { nelderMead } from '../numeric/nelder-mead.ts';
import { type ArimaCoefficients, type ArimaOrder, coefficientCount, expand } from './arima-order.ts';
import { conditionalErrors } from './conditional-errors.ts';
import { exactLogLikelihood } from './exact-log-likelihood.ts';
import { PARTIAL_MAX, stationary } from './stationary.ts';

/** A model of one order with its coefficients. */
export interface FittedArima {
  readonly order: ArimaOrder;
  readonly coefficients: ArimaCoefficients;
  /** Akaike's criterion, corrected for a short series; smaller is better, comparable for equal differences. */
  readonly aicc: number;
}

/** Evaluations for each coefficient: the search is short, the order matters more than the third digit. */
const EVALUATIONS_PER_COEFFICIENT = 40;

/** Beyond so many states the exact likelihood costs more than it tells. */
const STATES_MAX = 60;

/**
 * Finds the coefficients of one order that make the conditional sum of squares smallest.
 *
 * @param changes n values of the differenced series, of order one
 * @complexity O(e n k) for e evaluations and k lags with a weight
 */
export function fitConditional(changes: Float64Array, order: ArimaOrder): FittedArima {
  const start = [meanOf(changes, order), ...new Array<number>(coefficientCount(order)).fill(0.1)];
  const best = search(start, (at) => {
    const errors = conditionalErrors(changes, toCoefficients(at, order), order.season);
    return errors.reduce((sum, error) => sum + error * error, 0);
  });
  return finish(changes, order, best);
}

/**
 * Refines a model by its exact likelihood, starting from where it is.
 *
 * @returns the model as it was when it has more than 60 states
 */
export function fitExact(changes: Float64Array, { order, coefficients, aicc }: FittedArima): FittedArima {
  const { ar, ma } = expand(coefficients, order.season);
  if (Math.max(ar.length, ma.length + 1) > STATES_MAX) return { order, coefficients, aicc };
  const logLikelihood = (at: readonly number[]) => exactLogLikelihood(changes, toCoefficients(at, order), order.season);
  const best = search(toFree(coefficients), (at) => -logLikelihood(at));
  return {
    order,
    coefficients: toCoefficients(best, order),
    aicc: correctedAic(logLikelihood(best), changes.length, order),
  };
}

function search(start: readonly number[], loss: (at: readonly number[]) => number): readonly number[] {
  const evaluationsMax = EVALUATIONS_PER_COEFFICIENT * start.length;
  return nelderMead(loss, { start, step: 0.4, evaluationsMax, tolerance: 1e-7 }).at;
}

/** A differenced series has no mean of its own: drifts explode, and the trend is in the last values. */
function meanOf(changes: Float64Array, { d, seasonalD }: ArimaOrder): number {
  return d + seasonalD > 0 ? 0 : changes.reduce((sum, value) => sum + value / changes.length, 0);
}

/** The first of the free numbers is the mean. */
function toCoefficients(free: readonly number[], order: ArimaOrder): ArimaCoefficients {
  const { p, q, seasonalP, d, seasonalD } = order;
  const at = free.slice(1);
  const invertible = (values: readonly number[]) => stationary(values).map((value) => -value);
  return {
    mean: d + seasonalD > 0 ? 0 : (free[0] ?? 0),
    ar: stationary(at.slice(0, p)),
    ma: invertible(at.slice(p, p + q)),
    seasonalAr: stationary(at.slice(p + q, p + q + seasonalP)),
    seasonalMa: invertible(at.slice(p + q + seasonalP)),
  };
}

/** Undoes `toCoefficients`: Durbin and Levinson's recursion backwards. */
function toFree({ mean, ar, ma, seasonalAr, seasonalMa }: ArimaCoefficients): readonly number[] {
  const negated = (values: readonly number[]) => values.map((value) => -value);
  return [mean, ...freeOf(ar), ...freeOf(negated(ma)), ...freeOf(seasonalAr), ...freeOf(negated(seasonalMa))];
}

function freeOf(coefficients: readonly number[]): readonly number[] {
  const free: number[] = [];
  for (let rest = coefficients; rest.length > 0; ) {
    const partial = rest.at(-1) ?? 0;
    free.unshift(Math.atanh(partial / PARTIAL_MAX));
    const shorter = rest.slice(0, -1);
    rest = shorter.map(
      (value, index) => (value + partial * (shorter[shorter.length - 1 - index] ?? 0)) / (1 - partial ** 2),
    );
  }
  return free;
}

function finish(changes: Float64Array, order: ArimaOrder, free: readonly number[]): FittedArima {
  const coefficients = toCoefficients(free, order);
  const errors = conditionalErrors(changes, coefficients, order.season);
  const skipped = order.p + order.seasonalP * order.season;
  const count = Math.max(1, changes.length - skipped);
  const variance = errors.reduce((sum, error) => sum + error * error, 0) / count;
  const logLikelihood = -0.5 * changes.length * (Math.log(2 * Math.PI * Math.max(variance, Number.MIN_VALUE)) + 1);
  return { order, coefficients, aicc: correctedAic(logLikelihood, changes.length, order) };
}

/** @see Hurvich and Tsai, "Regression and time series model selection in small samples", 1989 */
function correctedAic(logLikelihood: number, count: number, order: ArimaOrder): number {
  const parameters = coefficientCount(order) + 1 + (order.d + order.seasonalD > 0 ? 0 : 1);
  const room = count - parameters - 1;
  if (room <= 0) return Number.POSITIVE_INFINITY;
  return -2 * logLikelihood + 2 * parameters + (2 * parameters * (parameters + 1)) / room;
}
