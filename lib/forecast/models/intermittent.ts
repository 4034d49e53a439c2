import { type History, type PointForecaster, type PointModel, selfSufficient } from '../point-model.ts';

/** Below this share of zeros demand is not intermittent and other models know better. */
const ZERO_SHARE_MIN = 0.5;

const WEIGHTS = [0.02, 0.05, 0.1, 0.2, 0.3];

/**
 * The TSB method for demand that is mostly nothing: the chance of a demand and its size are smoothed apart, the chance
 * at every step, so that what has gone out of use fades.
 *
 * @complexity fit O(25 n)
 * @see Teunter, Syntetos and Babai, "Intermittent demand: linking forecasting to inventory obsolescence", 2011
 */
export const intermittent: PointModel = { name: 'tsb', fit: fitIntermittent };

function fitIntermittent({ values, trainingEnd }: History): PointForecaster | undefined {
  const training = values.subarray(0, trainingEnd);
  const zeroCount = training.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  if (zeroCount < ZERO_SHARE_MIN * trainingEnd || training.some((value) => value < 0)) return undefined;
  const choices = WEIGHTS.flatMap((chance) => WEIGHTS.map((size) => ({ chance, size })));
  const losses = choices.map((weights) => squaredError(training, weights));
  const best = choices[losses.indexOf(Math.min(...losses))] ?? { chance: 0.1, size: 0.1 };
  const means = demandMeans(values, best);
  return selfSufficient((origin, horizon) => new Float64Array(horizon).fill(means[origin] ?? 0));
}

interface TsbWeights {
  readonly chance: number;
  readonly size: number;
}

/** Index t holds chance times size after t values. */
function demandMeans(values: Float64Array, weights: TsbWeights): Float64Array {
  const means = new Float64Array(values.length + 1);
  const demands = values.filter((value) => value !== 0);
  let size = demands[0] ?? 0;
  let chance = demands.length / values.length;
  means[0] = chance * size;
  for (let t = 0; t < values.length; t += 1) {
    const value = values[t] ?? 0;
    if (value !== 0) size += weights.size * (value - size);
    chance += weights.chance * ((value !== 0 ? 1 : 0) - chance);
    means[t + 1] = chance * size;
  }
  return means;
}

/** In units of the largest demand, so that no square overflows. */
function squaredError(values: Float64Array, weights: TsbWeights): number {
  const largest = values.reduce((most, value) => Math.max(most, value), 0) || 1;
  const means = demandMeans(values, weights);
  return values.reduce((sum, value, t) => sum + ((value - (means[t] ?? 0)) / largest) ** 2, 0);
}
