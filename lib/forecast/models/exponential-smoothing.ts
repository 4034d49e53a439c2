import { nelderMead } from '../numeric/nelder-mead.ts';
import { type SmoothingWeights, smoother, startLength } from '../numeric/smoothing.ts';
import { linearScale, logScale } from '../numeric/value-scale.ts';
import { type History, type PointForecaster, type PointModel, selfSufficient } from '../point-model.ts';

/** Which parts an exponential smoothing has. */
export interface SmoothingParts {
  readonly name: string;
  readonly log: boolean;
  readonly trend: boolean;
  /** How many of the history's seasons, the shortest first. */
  readonly seasonCount: 0 | 1 | 2;
  readonly autocorrelation: boolean;
}

/** Evaluations for each parameter; more gain nothing that a forecast shows. */
const EVALUATIONS_PER_PARAMETER = 30;

/**
 * Exponential smoothing whose weights make the one-step errors smallest.
 *
 * @complexity fit O(e n) for e evaluations of the search; forecast O(horizon)
 */
export function exponentialSmoothing(parts: SmoothingParts): PointModel {
  return { name: parts.name, fit: (history) => fitSmoothing(parts, history) };
}

function fitSmoothing(parts: SmoothingParts, { values, trainingEnd, seasons }: History): PointForecaster | undefined {
  const scale = parts.log ? logScale(values) : linearScale(values);
  const used = seasons.slice(0, parts.seasonCount);
  const seenTwice = used.every((season) => trainingEnd >= 2 * season);
  if (scale === undefined || used.length < parts.seasonCount || !seenTwice) return undefined;
  const seen = Float64Array.from(values, scale.forward);
  const training = seen.subarray(0, trainingEnd);
  const weights = bestWeights(parts, training, used);
  const whole = smoother(seen, used);
  whole.run(weights);
  return selfSufficient((origin, horizon) => whole.forecast(weights, origin, horizon).map(scale.backward));
}

function bestWeights(parts: SmoothingParts, training: Float64Array, seasons: readonly number[]): SmoothingWeights {
  const start = [logit(0.1), ...(parts.trend ? [logit(0.05), logit(0.95)] : [])];
  start.push(...seasons.map(() => logit(0.1)), ...(parts.autocorrelation ? [logit(0.5)] : []));
  const burnIn = Math.floor(startLength(training.length, seasons) / 2);
  const search = smoother(training, seasons);
  const loss = (at: readonly number[]) => {
    const { errors } = search.run(toWeights(parts, at));
    let sum = 0;
    for (let t = burnIn; t < errors.length; t += 1) sum += Math.abs(errors[t] ?? 0);
    return sum;
  };
  const evaluationsMax = EVALUATIONS_PER_PARAMETER * start.length;
  return toWeights(parts, nelderMead(loss, { start, step: 1, evaluationsMax, tolerance: 1e-4 }).at);
}

/** Every weight is a share, kept in (0, 1) by searching over its logit. */
function toWeights(parts: SmoothingParts, at: readonly number[]): SmoothingWeights {
  const shares = at.map((value) => 1 / (1 + Math.exp(-value)));
  const level = shares[0] ?? 0;
  const afterTrend = parts.trend ? 3 : 1;
  return {
    level,
    trend: parts.trend ? level * (shares[1] ?? 0) : 0,
    damping: parts.trend ? (shares[2] ?? 0) : 0,
    seasonal: [
      parts.seasonCount > 0 ? (shares[afterTrend] ?? 0) : 0,
      parts.seasonCount > 1 ? (shares[afterTrend + 1] ?? 0) : 0,
    ],
    autocorrelation: parts.autocorrelation ? (shares.at(-1) ?? 0) : 0,
  };
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}
