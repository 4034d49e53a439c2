import { isSeasonal } from '../numeric/is-seasonal.ts';
import { nelderMead } from '../numeric/nelder-mead.ts';
import { linearScale } from '../numeric/value-scale.ts';
import { type History, type PointForecaster, type PointModel, selfSufficient } from '../point-model.ts';

/** A line needs a few points. */
const LENGTH_MIN = 4;

/**
 * The Theta method: half the trend of the whole history, and simple exponential smoothing for the rest; the season,
 * where it shows, is taken off first and put back at the end.
 *
 * It is simple exponential smoothing with drift: `level + b/2 (h - 1 + (1 - (1 - a)^n) / a)`, where b is the slope of
 * the regression on time and a the smoothing weight.
 *
 * @complexity fit O(e n) for e evaluations of the search
 * @see Assimakopoulos and Nikolopoulos, "The theta model", 2000
 * @see Hyndman and Billah, "Unmasking the Theta method", 2003
 */
export const theta: PointModel = { name: 'theta', fit: fitTheta };

function fitTheta({ values, trainingEnd, seasons }: History): PointForecaster | undefined {
  if (trainingEnd < LENGTH_MIN) return undefined;
  const scale = linearScale(values);
  const seen = values.map(scale.forward);
  const season = seasons.find((length) => isSeasonal(seen.subarray(0, trainingEnd), length)) ?? 1;
  const effects = seasonalEffects(seen.subarray(0, trainingEnd), season);
  const adjusted = seen.map((value, t) => value - (effects[t % season] ?? 0));
  const training = adjusted.subarray(0, trainingEnd);
  const weight = bestWeight(training);
  const levels = smoothedLevels(adjusted, weight);
  const drift = slopeOf(training) / 2;
  return selfSufficient((origin, horizon) => {
    const settled = (1 - (1 - weight) ** origin) / weight;
    return Float64Array.from({ length: horizon }, (_, ahead) =>
      scale.backward((levels[origin] ?? 0) + drift * (ahead + settled) + (effects[(origin + ahead) % season] ?? 0)),
    );
  });
}

/** What each place of the season adds to a moving mean over one season; they sum to 0. */
function seasonalEffects(values: Float64Array, season: number): Float64Array {
  const effects = new Float64Array(season);
  if (season === 1) return effects;
  const counts = new Float64Array(season);
  for (let t = season; t + season <= values.length; t += 1) {
    const around = values.subarray(t - Math.floor(season / 2), t - Math.floor(season / 2) + season);
    const mean = around.reduce((sum, value) => sum + value / season, 0);
    effects[t % season] = (effects[t % season] ?? 0) + (values[t] ?? 0) - mean;
    counts[t % season] = (counts[t % season] ?? 0) + 1;
  }
  const means = effects.map((sum, place) => sum / Math.max(1, counts[place] ?? 0));
  const middle = means.reduce((sum, value) => sum + value / season, 0);
  return means.map((value) => value - middle);
}

/** Index t holds the level after t values; it starts at the first one. */
function smoothedLevels(values: Float64Array, weight: number): Float64Array {
  const levels = new Float64Array(values.length + 1);
  levels[0] = values[0] ?? 0;
  for (let t = 0; t < values.length; t += 1) {
    const before = levels[t] ?? 0;
    levels[t + 1] = before + weight * ((values[t] ?? 0) - before);
  }
  return levels;
}

function bestWeight(values: Float64Array): number {
  const toWeight = (logit: number) => 1 / (1 + Math.exp(-logit));
  const loss = ([logit = 0]: readonly number[]) => {
    const levels = smoothedLevels(values, toWeight(logit));
    return values.reduce((sum, value, t) => sum + (value - (levels[t] ?? 0)) ** 2, 0);
  };
  const found = nelderMead(loss, { start: [0], step: 1, evaluationsMax: 40, tolerance: 1e-8 });
  return Math.max(WEIGHT_MIN, toWeight(found.at[0] ?? 0));
}

/** A weight of nothing would divide by nothing. */
const WEIGHT_MIN = 1e-4;

function slopeOf(values: Float64Array): number {
  const middle = (values.length - 1) / 2;
  let [products, squares] = [0, 0];
  for (let t = 0; t < values.length; t += 1) {
    products += (t - middle) * (values[t] ?? 0);
    squares += (t - middle) ** 2;
  }
  return squares > 0 ? products / squares : 0;
}
