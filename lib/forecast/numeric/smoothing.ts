/** How fast each part of an exponential smoothing follows; a weight of 0 leaves that part as it began. */
export interface SmoothingWeights {
  readonly level: number;
  readonly trend: number;
  /** How much of the trend is left after each step; 0 means no trend. */
  readonly damping: number;
  /** Of the shorter and the longer season. */
  readonly seasonal: readonly [number, number];
  /** How much of an error is left in the next one. */
  readonly autocorrelation: number;
}

/** The states at every moment: a forecast can start from any of them. */
export interface SmoothingStates {
  /** Index t holds the state after t values. */
  readonly level: Float64Array;
  readonly trend: Float64Array;
  readonly leftOver: Float64Array;
  /** For a season of m steps: m first effects, then the new effect of each step. */
  readonly shorter: Float64Array;
  readonly longer: Float64Array;
  /** One-step errors. */
  readonly errors: Float64Array;
}

/** Runs over the same values again and again, with other weights each time. */
export interface Smoother {
  /** The states are the same arrays each time: the next run overwrites them. */
  run(weights: SmoothingWeights): SmoothingStates;
  /** Continues the states of the last run from `origin`, the number of values known. */
  forecast(weights: SmoothingWeights, origin: number, horizon: number): Float64Array;
}

/** Without a season the first states rest on this many values. */
const START_WITHOUT_SEASON = 12;

/**
 * Additive exponential smoothing in error-correction form, with up to two seasons and an AR(1) in the errors: SES,
 * Holt's damped trend, Holt-Winters and Taylor's double seasonal method are all of this form.
 *
 * A season that is not there is one of a single step whose effect stays 0.
 *
 * @param values n values
 * @param seasons at most two lengths, ascending
 * @complexity a run takes O(n) time and no space
 * @see Hyndman, Koehler, Ord and Snyder, "Forecasting with Exponential Smoothing", 2008
 * @see Taylor, "Short-term electricity demand forecasting using double seasonal exponential smoothing", 2003
 */
export function smoother(values: Float64Array, seasons: readonly number[]): Smoother {
  const states = firstStates(values, seasons);
  const [short, long] = [seasons[0] ?? 1, seasons[1] ?? 1];
  return {
    run: (weights) => {
      runOver(values, states, weights, { short, long });
      return states;
    },
    forecast: (weights, origin, horizon) => continueFrom(states, weights, { short, long, origin, horizon }),
  };
}

/** How many values the first states rest on: the longest season twice, or as much as there is. */
export function startLength(valueCount: number, seasons: readonly number[]): number {
  return Math.min(valueCount, 2 * (seasons.at(-1) ?? START_WITHOUT_SEASON));
}

function runOver(
  values: Float64Array,
  { level, trend, leftOver, shorter, longer, errors }: SmoothingStates,
  weights: SmoothingWeights,
  { short, long }: { readonly short: number; readonly long: number },
): void {
  const { damping, autocorrelation } = weights;
  const [shortWeight, longWeight] = weights.seasonal;
  let [base, slope, rest] = [level[0] ?? 0, 0, 0];
  for (let t = 0; t < values.length; t += 1) {
    slope *= damping;
    base += slope;
    const shortEffect = shorter[t] ?? 0;
    const longEffect = longer[t] ?? 0;
    const before = rest;
    rest = (values[t] ?? 0) - base - shortEffect - longEffect;
    const error = rest - autocorrelation * before;
    base += weights.level * error;
    slope += weights.trend * error;
    shorter[t + short] = shortEffect + shortWeight * error;
    longer[t + long] = longEffect + longWeight * error;
    level[t + 1] = base;
    trend[t + 1] = slope;
    leftOver[t + 1] = rest;
    errors[t] = error;
  }
}

/** The mean, then for each season the mean at each place of what the shorter one leaves. */
function firstStates(values: Float64Array, seasons: readonly number[]): SmoothingStates {
  const count = values.length;
  const rest = values.slice(0, startLength(count, seasons));
  const mean = rest.reduce((sum, value) => sum + value / rest.length, 0);
  const centred = rest.map((value) => value - mean);
  const level = new Float64Array(count + 1);
  level[0] = mean;
  return {
    level,
    trend: new Float64Array(count + 1),
    leftOver: new Float64Array(count + 1),
    shorter: takeSeason(centred, seasons[0], count),
    longer: takeSeason(centred, seasons[1], count),
    errors: new Float64Array(count),
  };
}

/** Takes the season's means out of `rest` and gives them, with room for the effects to come. */
function takeSeason(rest: Float64Array, season: number | undefined, count: number): Float64Array {
  if (season === undefined) return new Float64Array(1 + count);
  const effects = new Float64Array(season + count);
  for (let place = 0; place < Math.min(season, rest.length); place += 1) {
    let [sum, seen] = [0, 0];
    for (let t = place; t < rest.length; t += season, seen += 1) sum += rest[t] ?? 0;
    effects[place] = sum / seen;
    for (let t = place; t < rest.length; t += season) rest[t] = (rest[t] ?? 0) - sum / seen;
  }
  return effects;
}

function continueFrom(
  { level, trend, leftOver, shorter, longer }: SmoothingStates,
  { damping, autocorrelation }: SmoothingWeights,
  { short, long, origin, horizon }: Record<'short' | 'long' | 'origin' | 'horizon', number>,
): Float64Array {
  const forecast = new Float64Array(horizon);
  let base = level[origin] ?? 0;
  let slope = trend[origin] ?? 0;
  let rest = leftOver[origin] ?? 0;
  for (let ahead = 0; ahead < horizon; ahead += 1) {
    slope *= damping;
    base += slope;
    rest *= autocorrelation;
    forecast[ahead] = base + rest + (shorter[origin + (ahead % short)] ?? 0) + (longer[origin + (ahead % long)] ?? 0);
  }
  return forecast;
}
