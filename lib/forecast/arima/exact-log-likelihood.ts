import { type ArimaCoefficients, expand } from './arima-order.ts';

/** The prediction variance is taken as settled once a step changes it by less. */
const SETTLED = 1e-10;

/**
 * The exact Gaussian log likelihood of an ARMA model, the variance of its errors concentrated out, by a Kalman filter
 * over the state of r = max(p, q + 1) lags that begins in its stationary distribution.
 *
 * Once the filter's variance has settled each further value costs O(r) only.
 *
 * @param changes n values of the differenced series
 * @complexity O(r^3 log) for the start, O(r^2) for each value until settled, O(r) after
 * @see Harvey, "Forecasting, Structural Time Series Models and the Kalman Filter", 1989, 3.3
 */
export function exactLogLikelihood(changes: Float64Array, coefficients: ArimaCoefficients, season: number): number {
  const { ar, ma } = expand(coefficients, season);
  const size = Math.max(ar.length, ma.length + 1);
  const impact = Float64Array.from({ length: size }, (_, index) => (index === 0 ? 1 : (ma[index - 1] ?? 0)));
  const covariance = stationaryCovariance(ar, impact);
  const count = changes.length;
  let state: Float64Array = new Float64Array(size);
  let gain: Float64Array = new Float64Array(size);
  let [variance, settled] = [0, false];
  let [squares, logs] = [0, 0];
  for (const value of changes) {
    if (!settled) {
      const next = Math.max(covariance[0] ?? 0, Number.MIN_VALUE);
      settled = Math.abs(next - variance) <= SETTLED * next && next < 1 + SETTLED;
      variance = next;
      gain = Float64Array.from({ length: size }, (_, row) => (covariance[row * size] ?? 0) / variance);
      if (!settled) advance(covariance, gain, ar, impact);
    }
    const error = value - coefficients.mean - (state[0] ?? 0);
    squares += (error * error) / variance;
    logs += Math.log(variance);
    state = transition(
      state.map((one, row) => one + (gain[row] ?? 0) * error),
      ar,
    );
  }
  return -0.5 * (count * (Math.log((2 * Math.PI * squares) / count) + 1) + logs);
}

/** The state moves up by one lag, its first entry spreads by the autoregression. */
function transition(state: Float64Array, ar: Float64Array): Float64Array {
  const first = state[0] ?? 0;
  return state.map((_, row) => (ar[row] ?? 0) * first + (state[row + 1] ?? 0));
}

/** `P <- T (P - g g' v) T' + R R'`, in place. */
function advance(covariance: Float64Array, gain: Float64Array, ar: Float64Array, impact: Float64Array): void {
  const size = impact.length;
  const variance = covariance[0] ?? 0;
  const updated = covariance.map((value, index) => {
    const [row, column] = [Math.floor(index / size), index % size];
    return value - (gain[row] ?? 0) * (gain[column] ?? 0) * variance;
  });
  // Once the first entry is known exactly its row is 0, and only the shift is left.
  moveCovariance(covariance, updated, ar, impact);
}

function moveCovariance(into: Float64Array, from: Float64Array, ar: Float64Array, impact: Float64Array): void {
  const size = impact.length;
  const at = (row: number, column: number) => (row < size && column < size ? (from[row * size + column] ?? 0) : 0);
  for (let row = 0; row < size; row += 1) {
    const a = ar[row] ?? 0;
    for (let column = 0; column < size; column += 1) {
      const b = ar[column] ?? 0;
      into[row * size + column] =
        a * b * at(0, 0) +
        a * at(0, column + 1) +
        b * at(row + 1, 0) +
        at(row + 1, column + 1) +
        (impact[row] ?? 0) * (impact[column] ?? 0);
    }
  }
}

/** More steps than any model with partial autocorrelations below 0.995 needs. */
const DOUBLINGS_MAX = 24;

/** Solves `P = T P T' + R R'` by doubling: `P <- P + A P A'`, `A <- A A`. */
function stationaryCovariance(ar: Float64Array, impact: Float64Array): Float64Array {
  const size = impact.length;
  let power = transitionMatrix(ar, size);
  let sum = Float64Array.from({ length: size * size }, (_, index) => {
    return (impact[Math.floor(index / size)] ?? 0) * (impact[index % size] ?? 0);
  });
  for (let doubling = 0; doubling < DOUBLINGS_MAX; doubling += 1) {
    const added = product(product(power, sum, size), transposed(power, size), size);
    const largest = added.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    sum = sum.map((value, index) => value + (added[index] ?? 0));
    if (largest <= SETTLED * (sum[0] ?? 1)) break;
    power = product(power, power, size);
  }
  return sum;
}

function transitionMatrix(ar: Float64Array, size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    matrix[row * size] = ar[row] ?? 0;
    if (row + 1 < size) matrix[row * size + row + 1] = 1;
  }
  return matrix;
}

function product(left: Float64Array, right: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let inner = 0; inner < size; inner += 1) {
      const factor = left[row * size + inner] ?? 0;
      if (factor === 0) continue;
      for (let column = 0; column < size; column += 1) {
        result[row * size + column] = (result[row * size + column] ?? 0) + factor * (right[inner * size + column] ?? 0);
      }
    }
  }
  return result;
}

function transposed(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((_, index) => matrix[(index % size) * size + Math.floor(index / size)] ?? 0);
}
