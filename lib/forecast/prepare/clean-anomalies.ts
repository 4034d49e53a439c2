import { median } from 'simple-statistics';
import { fitLags } from '../numeric/fit-lags.ts';
import { linearScale } from '../numeric/value-scale.ts';

export interface CleanedHistory {
  readonly values: Float64Array;
  /** What was replaced, ascending. */
  readonly anomalies: readonly number[];
}

/** An error beyond so many median absolute deviations is no noise. */
const THRESHOLD = 8;

/** More such errors in a row are a new level and stay as they are. */
export const SPIKE_LENGTH_MAX = 3;

/** A series with more of them is bursty by nature: nothing is replaced. */
const SHARE_MAX = 0.06;

/** Rows of the regression for each of its columns. */
const ROWS_PER_COLUMN = 5;

/** The second pass learns from what the first one cleaned. */
const PASS_COUNT = 2;

/**
 * Replaces single spikes by what a small autoregression expected in their place, so that they do not teach the models.
 *
 * Walks forward in time and predicts from cleaned values: a spike stands out once, a shift of the level again and
 * again, which is how the two are told apart.
 *
 * @param values n finite values
 * @complexity O(n p) for p lags
 */
export function cleanAnomalies(values: Float64Array, seasons: readonly number[]): CleanedHistory {
  const lags = [...new Set([1, 2, ...seasons.flatMap((season) => [season, season + 1])])].sort((a, b) => a - b);
  const first = lags.at(-1) ?? 0;
  if (values.length - first < ROWS_PER_COLUMN * (1 + lags.length)) return { values, anomalies: [] };
  const scale = linearScale(values);
  const seen = values.map(scale.forward);
  let cleaned = seen;
  let anomalies: readonly number[] = [];
  for (let pass = 0; pass < PASS_COUNT; pass += 1) {
    const coefficients = fitLags(cleaned, lags, first);
    const limits = errorLimits(seen, { lags, first, coefficients }, seasons[0] ?? 1);
    ({ cleaned, anomalies } = walk(seen, { lags, first, coefficients }, limits));
  }
  if (anomalies.length === 0 || anomalies.length > SHARE_MAX * values.length) return { values, anomalies: [] };
  const replaced = values.slice();
  for (const at of anomalies) replaced[at] = scale.backward(cleaned[at] ?? 0);
  return { values: replaced, anomalies };
}

interface Autoregression {
  readonly lags: readonly number[];
  readonly first: number;
  readonly coefficients: Float64Array;
}

function predictAt(values: Float64Array, { lags, coefficients }: Autoregression, at: number): number {
  return lags.reduce(
    (sum, lag, index) => sum + (coefficients[index + 1] ?? 0) * (values[at - lag] ?? 0),
    coefficients[0] ?? 0,
  );
}

/** For each place of the season: its own median absolute deviation where that is larger than the common one. */
function errorLimits(values: Float64Array, model: Autoregression, season: number): readonly number[] {
  const byPlace = Array.from({ length: season }, (): number[] => []);
  for (let at = model.first; at < values.length; at += 1) {
    byPlace[at % season]?.push(Math.abs((values[at] ?? 0) - predictAt(values, model, at)));
  }
  // Where most errors are 0 there is no scale to tell a spike by.
  const common = median(byPlace.flat()) || Number.POSITIVE_INFINITY;
  return byPlace.map((errors) => THRESHOLD * Math.max(common, errors.length > 0 ? median(errors) : 0));
}

function walk(seen: Float64Array, model: Autoregression, limits: readonly number[]) {
  const cleaned = seen.slice();
  const anomalies: number[] = [];
  for (let at = model.first; at < seen.length; at += 1) {
    const expected = predictAt(cleaned, model, at);
    if (Math.abs((seen[at] ?? 0) - expected) <= (limits[at % limits.length] ?? 0)) continue;
    anomalies.push(at);
    cleaned[at] = expected;
    const runStart = at - SPIKE_LENGTH_MAX;
    if (anomalies.at(-1 - SPIKE_LENGTH_MAX) !== runStart) continue;
    // One too many in a row: the level has moved, the run is restored and the walk goes on from there.
    anomalies.length -= SPIKE_LENGTH_MAX + 1;
    cleaned.set(seen.subarray(runStart, at + 1), runStart);
  }
  return { cleaned, anomalies };
}
