/**
 * Solves `A x = b` for a symmetric positive definite A by its Cholesky factor, in place.
 *
 * A pivot that rounding has brought to nothing is taken as infinite: its unknown becomes 0 instead of noise, which
 * is how columns that say the same are dropped.
 *
 * @param a size x size, row by row; the lower triangle is read and overwritten with the factor
 * @param b size values; overwritten with x, which is also returned
 * @complexity O(size^3) time, no space
 * @see Golub and Van Loan, "Matrix Computations", 4th ed., algorithm 4.2.2
 */
export function solveCholesky(a: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  factorise(a, size);
  for (let row = 0; row < size; row += 1) {
    let sum = b[row] ?? 0;
    for (let k = 0; k < row; k += 1) sum -= (a[row * size + k] ?? 0) * (b[k] ?? 0);
    b[row] = sum / (a[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = b[row] ?? 0;
    for (let k = row + 1; k < size; k += 1) sum -= (a[k * size + row] ?? 0) * (b[k] ?? 0);
    b[row] = sum / (a[row * size + row] ?? 1);
  }
  return b;
}

/** Relative to the diagonal: what is left below this is rounding. */
const PIVOT_MIN = 1e-13;

function factorise(a: Float64Array, size: number): void {
  for (let column = 0; column < size; column += 1) {
    const diagonal = a[column * size + column] ?? 0;
    let pivot = diagonal;
    for (let k = 0; k < column; k += 1) pivot -= (a[column * size + k] ?? 0) ** 2;
    const root = pivot > PIVOT_MIN * diagonal ? Math.sqrt(pivot) : Number.POSITIVE_INFINITY;
    a[column * size + column] = root;
    for (let row = column + 1; row < size; row += 1) {
      let sum = a[row * size + column] ?? 0;
      for (let k = 0; k < column; k += 1) sum -= (a[row * size + k] ?? 0) * (a[column * size + k] ?? 0);
      a[row * size + column] = sum / root;
    }
  }
}
