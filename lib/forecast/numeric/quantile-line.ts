/** `y = intercept + slope * x`. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
}

/** Golden-section steps: the bracket shrinks to 0.618^48, 1e-10 of its width. */
const SEARCH_STEPS = 48;

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Values of x nearer together are one place: the slope between them would be beyond all numbers. */
const SPACING_MIN = 1e-12;

/**
 * The line below which the share `tau` of the points lies: linear quantile regression with one regressor.
 *
 * For a fixed slope the best intercept is the quantile of what is left, and the loss is convex in the slope, so a
 * search over the slope finds the optimum without a linear program.
 *
 * @param x n finite values: counts, or logs of counts
 * @param y n finite values
 * @returns a flat line when all x are equal
 * @complexity O(n log n) time, O(n) space
 * @see Koenker and Bassett, "Regression quantiles", 1978
 */
export function quantileLine(x: readonly number[], y: readonly number[], tau: number): Line {
  const [steepestDown, steepestUp] = slopeBounds(x, y);
  const loss = (slope: number) => pinballSum(sortedResiduals(x, y, slope), tau);
  const slope = minimiseConvex(loss, steepestDown, steepestUp);
  return { slope, intercept: orderStatistic(sortedResiduals(x, y, slope), tau) };
}

/** Every slope between two points is a mean of slopes between neighbours in x: the optimum lies inside their range. */
function slopeBounds(x: readonly number[], y: readonly number[]): readonly [number, number] {
  const points = x.map((at, index) => ({ at, low: y[index] ?? 0, high: y[index] ?? 0 })).sort((a, b) => a.at - b.at);
  const distinct: { at: number; low: number; high: number }[] = [];
  for (const point of points) {
    const last = distinct.at(-1);
    if (last && point.at - last.at < SPACING_MIN) {
      last.low = Math.min(last.low, point.low);
      last.high = Math.max(last.high, point.high);
    } else distinct.push(point);
  }
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let next = 1; next < distinct.length; next += 1) {
    const [from, to] = [distinct[next - 1], distinct[next]];
    if (!from || !to) continue;
    low = Math.min(low, (to.low - from.high) / (to.at - from.at));
    high = Math.max(high, (to.high - from.low) / (to.at - from.at));
  }
  return low <= high ? [low, high] : [0, 0];
}

function sortedResiduals(x: readonly number[], y: readonly number[], slope: number): Float64Array {
  const residuals = new Float64Array(y.length);
  for (let index = 0; index < y.length; index += 1) residuals[index] = (y[index] ?? 0) - slope * (x[index] ?? 0);
  return residuals.sort();
}

/** A quantile that interpolates would miss the optimum, which always passes through a point. */
function orderStatistic(sorted: Float64Array, tau: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * tau) - 1)] ?? 0;
}

function pinballSum(sorted: Float64Array, tau: number): number {
  const cut = orderStatistic(sorted, tau);
  let sum = 0;
  for (const value of sorted) sum += value >= cut ? tau * (value - cut) : (1 - tau) * (cut - value);
  return sum;
}

function minimiseConvex(loss: (at: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let [lossLeft, lossRight] = [loss(left), loss(right)];
  for (let step = 0; step < SEARCH_STEPS && low < high; step += 1) {
    if (lossLeft <= lossRight) {
      [high, right, lossRight] = [right, left, lossLeft];
      left = high - GOLDEN * (high - low);
      lossLeft = loss(left);
    } else {
      [low, left, lossLeft] = [left, right, lossRight];
      right = low + GOLDEN * (high - low);
      lossRight = loss(right);
    }
  }
  return (low + high) / 2;
}
