import { laggedProducts, runningSum } from '../numeric/lagged-products.ts';
import { type Reach, reachOf, within } from '../numeric/reach-of.ts';
import { addColumns, type NormalEquations, ridgeRegression } from '../numeric/ridge-regression.ts';
import { linearScale, logScale } from '../numeric/value-scale.ts';
import type { History, PointForecaster, PointModel } from '../point-model.ts';

/** One member of the family of linear autoregressions. */
export interface Recipe {
  readonly name: string;
  readonly log: boolean;
  /** What is regressed: the value itself (0), or its change since so many steps ago. */
  difference(seasons: readonly number[]): number | undefined;
  /** Lags of what is regressed. */
  lags(seasons: readonly number[]): readonly number[];
  /** Harmonics of each season, as sines and cosines of time. */
  readonly harmonics: readonly number[];
}

/** Share of each column's own sum of squares. */
const PENALTY = 1e-4;

/** Rows of the regression for each of its columns: fewer, and it learns noise. */
const ROWS_PER_COLUMN = 2.5;

/** How far beyond the range seen a forecast may go, in widths of that range. */
const REACH = 1;

/**
 * A linear regression of each value on earlier ones and on the time of day and week, solved at once by normal
 * equations, and iterated to look further ahead.
 *
 * @complexity fit O(n p^2) for p columns; forecast O(horizon * p)
 * @see Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd ed., 10 (dynamic regression)
 */
export function ridgeAutoregression(recipe: Recipe): PointModel {
  return { name: recipe.name, fit: (history) => fitRecipe(recipe, history) };
}

function fitRecipe(recipe: Recipe, history: History): PointForecaster | undefined {
  const difference = recipe.difference(history.seasons);
  const scale = recipe.log ? logScale(history.values) : linearScale(history.values);
  if (difference === undefined || scale === undefined) return undefined;
  const plan = columnsThatFit(recipe, history, difference);
  if (plan === undefined) return undefined;
  const level = Float64Array.from(history.values, scale.forward);
  const changes = changesOf(level, difference);
  const equationsUpTo = normalEquations(changes, plan);
  const bounds = reachOf(level, REACH);
  const learnt = (trainingEnd: number): PointForecaster => {
    const coefficients = ridgeRegression(equationsUpTo(trainingEnd), PENALTY);
    const fitted = { level, changes, plan, coefficients, bounds };
    return {
      forecast: (origin, horizon) => iterate(fitted, origin, horizon).map(scale.backward),
      learnAll: () => learnt(level.length),
    };
  };
  return learnt(history.trainingEnd);
}

/** What stands in each column after the intercept: the lags, then sine and cosine of each wave. */
interface ColumnPlan {
  readonly difference: number;
  readonly lags: readonly number[];
  readonly waves: readonly Wave[];
  readonly count: number;
}

interface Wave {
  readonly sine: Float64Array;
  readonly cosine: Float64Array;
}

/** Drops the longest lags until the rows suffice for the columns; undefined when not even the shortest do. */
function columnsThatFit(recipe: Recipe, { seasons, trainingEnd }: History, difference: number): ColumnPlan | undefined {
  const waves = recipe.harmonics.flatMap((count, index) => wavesOf(seasons[index], count, trainingEnd));
  const lags = [...recipe.lags(seasons)].sort((a, b) => a - b);
  for (; lags.length > 0; lags.pop()) {
    const count = 1 + lags.length + 2 * waves.length;
    const rowCount = trainingEnd - difference - (lags.at(-1) ?? 0);
    if (rowCount >= ROWS_PER_COLUMN * count) return { difference, lags, waves, count };
  }
  return undefined;
}

/** A season that was not seen twice cannot be told from a trend. */
function wavesOf(season: number | undefined, count: number, trainingEnd: number): readonly Wave[] {
  if (season === undefined || trainingEnd < 2 * season) return [];
  return Array.from({ length: count }, (_, harmonic) => {
    const angle = (step: number) => (2 * Math.PI * (harmonic + 1) * step) / season;
    return {
      sine: Float64Array.from({ length: season }, (_entry, step) => Math.sin(angle(step))),
      cosine: Float64Array.from({ length: season }, (_entry, step) => Math.cos(angle(step))),
    };
  });
}

/** The lags' products come from running sums, which serve every training end; only the waves' go row by row. */
function normalEquations(changes: Float64Array, plan: ColumnPlan): (trainingEnd: number) => NormalEquations {
  const products = laggedProducts(changes);
  const sums = runningSum(changes);
  const first = plan.difference + (plan.lags.at(-1) ?? 0);
  return (trainingEnd) => {
    const { count, lags, waves } = plan;
    const equations = { gram: new Float64Array(count * count), moments: new Float64Array(count) };
    const { gram, moments } = equations;
    const sumAt = (lag: number) => (sums[trainingEnd - lag] ?? 0) - (sums[first - lag] ?? 0);
    gram[0] = trainingEnd - first;
    moments[0] = sumAt(0);
    for (const [index, lag] of lags.entries()) {
      const line = (index + 1) * count;
      gram[line] = sumAt(lag);
      moments[index + 1] = products(0, lag, first, trainingEnd);
      for (let other = 0; other <= index; other += 1) {
        gram[line + other + 1] = products(lag, lags[other] ?? 0, first, trainingEnd);
      }
    }
    if (waves.length > 0) addWaves(equations, changes, plan, { first, trainingEnd });
    return equations;
  };
}

function addWaves(
  equations: NormalEquations,
  changes: Float64Array,
  plan: ColumnPlan,
  { first, trainingEnd }: { readonly first: number; readonly trainingEnd: number },
): void {
  const rows = new Float64Array((trainingEnd - first) * plan.count);
  for (let step = first; step < trainingEnd; step += 1) {
    fillRow(rows.subarray((step - first) * plan.count), changes, plan, step);
  }
  addColumns(equations, { rows, targets: changes.subarray(first, trainingEnd), first: 1 + plan.lags.length });
}

/** Index by index; the first `difference` ones are never used. */
function changesOf(level: Float64Array, difference: number): Float64Array {
  if (difference === 0) return level;
  return level.map((value, index) => value - (level[index - difference] ?? value));
}

function fillRow(row: Float64Array, changes: Float64Array, { lags, waves }: ColumnPlan, step: number): void {
  row[0] = 1;
  let column = 1;
  for (const lag of lags) {
    row[column] = changes[step - lag] ?? 0;
    column += 1;
  }
  for (const { sine, cosine } of waves) {
    const phase = step % sine.length;
    row[column] = sine[phase] ?? 0;
    row[column + 1] = cosine[phase] ?? 0;
    column += 2;
  }
}

interface FittedRecipe {
  readonly level: Float64Array;
  readonly changes: Float64Array;
  readonly plan: ColumnPlan;
  readonly coefficients: Float64Array;
  readonly bounds: Reach;
}

/** Each step's forecast is the next one's known value. */
function iterate({ level, changes, plan, coefficients, bounds }: FittedRecipe, origin: number, horizon: number) {
  const { difference } = plan;
  const window = Math.min(origin, Math.max(difference, plan.lags.at(-1) ?? 0));
  const path = withRoom(level.subarray(origin - window, origin), horizon);
  const moved = withRoom(changes.subarray(origin - window, origin), horizon);
  for (let ahead = 0; ahead < horizon; ahead += 1) {
    const at = window + ahead;
    const change = lagPart(moved, plan.lags, coefficients, at) + wavePart(plan, coefficients, origin + ahead);
    const before = difference > 0 ? (path[at - difference] ?? 0) : 0;
    const value = within(bounds, before + change);
    path[at] = value;
    moved[at] = value - before;
  }
  return path.subarray(window);
}

function withRoom(known: Float64Array, room: number): Float64Array {
  const all = new Float64Array(known.length + room);
  all.set(known);
  return all;
}

function lagPart(moved: Float64Array, lags: readonly number[], coefficients: Float64Array, at: number): number {
  let sum = coefficients[0] ?? 0;
  for (let index = 0; index < lags.length; index += 1) {
    sum += (coefficients[index + 1] ?? 0) * (moved[at - (lags[index] ?? 0)] ?? 0);
  }
  return sum;
}

function wavePart({ lags, waves }: ColumnPlan, coefficients: Float64Array, step: number): number {
  let sum = 0;
  let column = 1 + lags.length;
  for (const { sine, cosine } of waves) {
    const phase = step % sine.length;
    sum += (coefficients[column] ?? 0) * (sine[phase] ?? 0) + (coefficients[column + 1] ?? 0) * (cosine[phase] ?? 0);
    column += 2;
  }
  return sum;
}
