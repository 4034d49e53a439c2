import { fitLags } from '../numeric/fit-lags.ts';
import { addColumns, ridgeRegression } from '../numeric/ridge-regression.ts';

/** Rounds of fitting the errors' own past and then the effects: the second one hardly moves anything. */
const ROUND_COUNT = 2;

/** Share of each column's own sum of squares. */
const PENALTY = 1e-4;

/** Rows for each column: fewer, and the effects are noise. */
const ROWS_PER_COLUMN = 5;

/**
 * What each column adds to a series, by regression with autoregressive errors: both sides are filtered by the past of
 * what the columns leave unexplained, because a series that is still moved by its own yesterday would hide or feign an
 * effect.
 *
 * @param values n finite values of order one
 * @param columns k of them, each at least as long
 * @returns k effects; undefined when the series is too short for them
 * @complexity O(n k (k + l) + n l) for l lags
 * @see Cochrane and Orcutt, "Application of least squares regression to relationships containing autocorrelated error
 * terms", 1949
 */
export function covariateEffects(
  values: Float64Array,
  columns: readonly Float64Array[],
  seasons: readonly number[],
): Float64Array | undefined {
  const lags = lagsThatFit(values.length, columns.length, seasons);
  if (lags === undefined) return undefined;
  let effects: Float64Array = new Float64Array(columns.length);
  for (let round = 0; round < ROUND_COUNT; round += 1) {
    const rest = withoutEffects(values, columns, effects);
    const past = fitLags(rest, lags, lags.at(-1) ?? 0);
    effects = regress(
      filtered(values, lags, past),
      columns.map((column) => filtered(column, lags, past)),
    );
  }
  return effects;
}

/** Values minus what the columns add. */
export function withoutEffects(
  values: Float64Array,
  columns: readonly Float64Array[],
  effects: Float64Array,
): Float64Array {
  const rest = values.slice();
  for (const [index, column] of columns.entries()) {
    const effect = effects[index] ?? 0;
    for (let step = 0; step < rest.length; step += 1) rest[step] = (rest[step] ?? 0) - effect * (column[step] ?? 0);
  }
  return rest;
}

/** The seasons' lags as far as rows are left for all columns. */
function lagsThatFit(
  valueCount: number,
  columnCount: number,
  seasons: readonly number[],
): readonly number[] | undefined {
  const lags = [...new Set([1, 2, ...seasons.flatMap((season) => [season, season + 1])])].sort((a, b) => a - b);
  for (; lags.length > 0; lags.pop()) {
    const rowCount = valueCount - (lags.at(-1) ?? 0);
    if (rowCount >= ROWS_PER_COLUMN * (1 + lags.length + columnCount)) return lags;
  }
  return undefined;
}

/** What a value is beyond its own past, from the longest lag on. */
function filtered(values: Float64Array, lags: readonly number[], past: Float64Array): Float64Array {
  const first = lags.at(-1) ?? 0;
  return Float64Array.from({ length: values.length - first }, (_, row) => {
    let rest = values[first + row] ?? 0;
    for (const [index, lag] of lags.entries()) rest -= (past[index + 1] ?? 0) * (values[first + row - lag] ?? 0);
    return rest;
  });
}

function regress(targets: Float64Array, columns: readonly Float64Array[]): Float64Array {
  const count = columns.length + 1;
  const rows = Float64Array.from({ length: targets.length * count }, (_, at) => {
    const column = at % count;
    return column === 0 ? 1 : (columns[column - 1]?.[Math.floor(at / count)] ?? 0);
  });
  const equations = { gram: new Float64Array(count * count), moments: new Float64Array(count) };
  addColumns(equations, { rows, targets, first: 0 });
  return ridgeRegression(equations, PENALTY).subarray(1);
}
