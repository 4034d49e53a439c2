import { linearScale, logScale, type ValueScale } from '../numeric/value-scale.ts';
import { type LstmShape, type LstmTape, stepForward } from './lstm-network.ts';

/** The newest two values, and the same places a day, two days and a week ago, with the neighbours that matter. */
export const LAGS: readonly number[] = [1, 2, 24, 25, 48, 167, 168, 169];

/** The seasons that the lags are made for, in steps. */
export const LSTM_SEASONS: readonly number[] = [24, 168];

/** Steps over which the network reads the past before it goes on alone. */
export const READ_COUNT = 48;

/** 5,289 parameters. */
export const SHAPE: LstmShape = { inputCount: LAGS.length, cellCount: 32 };

const REACH = 169;
const [DAY = 24, WEEK = 168] = LSTM_SEASONS;

/** Logs where there are any, for then a busy and a quiet series look alike. */
export function levelScale(values: Float64Array): ValueScale {
  return logScale(values) ?? linearScale(values);
}

/** A path around 0 and of order one, whatever the series. */
export interface LstmPath {
  /** The past that the lags reach, then the steps that are read, then room for the horizon. */
  readonly path: Float64Array;
  readonly centre: number;
  readonly spread: number;
}

/** A week that hardly moved is not blown up to one that did: levels are logs, this is two percent. */
const SPREAD_MIN = 0.02;

/**
 * Lays out the newest `known` of the values before an origin as the network sees them: minus the mean of the last
 * week, over its deviation. A shorter past is continued backwards by its first day.
 *
 * @param level values of order one or their logs; at least a day of them before the origin
 * @complexity O(1) for each step of the horizon, plus nine days
 */
export function lstmPath(
  level: Float64Array,
  origin: number,
  { horizon, known = origin }: { readonly horizon: number; readonly known?: number },
): LstmPath {
  const oldest = origin - Math.min(known, origin);
  const recent = level.subarray(Math.max(oldest, origin - WEEK), origin);
  let [sum, squares] = [0, 0];
  for (const value of recent) sum += value;
  const centre = sum / recent.length;
  for (const value of recent) squares += (value - centre) ** 2;
  const spread = Math.max(SPREAD_MIN, Math.sqrt(squares / recent.length));
  const past = REACH + READ_COUNT;
  const path = new Float64Array(past + horizon);
  for (let at = past - 1; at >= 0; at -= 1) {
    const source = origin - past + at;
    path[at] = source >= oldest ? ((level[source] ?? 0) - centre) / spread : (path[at + DAY] ?? 0);
  }
  return { path, centre, spread };
}

/**
 * Runs the network along a path: it reads the past, then writes each output as the path's next value.
 *
 * @param path overwritten beyond its past
 * @param tape of at least as many steps as are read and predicted
 */
export function runLstm(parameters: Float64Array, path: Float64Array, tape: LstmTape): void {
  const width = tape.inputCount + tape.cellCount;
  const stepCount = path.length - REACH;
  for (let step = 0; step < stepCount; step += 1) {
    for (let input = 0; input < LAGS.length; input += 1) {
      tape.seen[step * width + input] = path[REACH + step - (LAGS[input] ?? 0)] ?? 0;
    }
    const output = stepForward(parameters, tape, step);
    if (step >= READ_COUNT) path[REACH + step] = output;
  }
}

/**
 * Predicts from an origin.
 *
 * @param level as `levelScale` sees the values; at least a day before the origin
 * @param tape of at least as many steps as are read and predicted; overwritten
 * @returns `horizon` levels
 * @complexity O((r + h) c (i + c)) for r steps read and h predicted
 */
export function lstmForecast(
  parameters: Float64Array,
  level: Float64Array,
  { origin, horizon, tape }: { readonly origin: number; readonly horizon: number; readonly tape: LstmTape },
): Float64Array {
  const { path, centre, spread } = lstmPath(level, origin, { horizon });
  runLstm(parameters, path, tape);
  return path.subarray(path.length - horizon).map((value) => centre + spread * value);
}
