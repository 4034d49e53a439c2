import { solveCholesky } from './solve-cholesky.ts';

/** What least squares needs of its data: `X'X`, of which the lower triangle is read, and `X'y`. */
export interface NormalEquations {
  /** columnCount x columnCount, row by row; the first column is the intercept. */
  readonly gram: Float64Array;
  readonly moments: Float64Array;
}

/**
 * Least squares with a penalty on every coefficient but the first: `(X'X + penalty * D) b = X'y`, where D is the
 * diagonal of X'X, so that the penalty means the same whatever a column's unit.
 *
 * @param penalty share of each column's own sum of squares
 * @returns the coefficients; the equations are overwritten
 * @complexity O(p^3) for p columns
 * @see Hoerl and Kennard, "Ridge regression", 1970
 */
export function ridgeRegression({ gram, moments }: NormalEquations, penalty: number): Float64Array {
  const columnCount = moments.length;
  for (let i = 1; i < columnCount; i += 1) {
    const diagonal = i * columnCount + i;
    gram[diagonal] = (gram[diagonal] ?? 0) * (1 + penalty);
  }
  return solveCholesky(gram, moments);
}

/**
 * Adds the products of the columns from `first` on, with one another and with those before, over all rows.
 *
 * @param rows rowCount x columnCount, row by row
 * @complexity O(n p (p - first)) for n rows of p columns
 */
export function addColumns(
  { gram, moments }: NormalEquations,
  { rows, targets, first }: { readonly rows: Float64Array; readonly targets: Float64Array; readonly first: number },
): void {
  const columnCount = moments.length;
  for (let row = 0; row < targets.length; row += 1) {
    const start = row * columnCount;
    const target = targets[row] ?? 0;
    for (let i = first; i < columnCount; i += 1) {
      const left = rows[start + i] ?? 0;
      const line = i * columnCount;
      moments[i] = (moments[i] ?? 0) + left * target;
      for (let j = 0; j <= i; j += 1) gram[line + j] = (gram[line + j] ?? 0) + left * (rows[start + j] ?? 0);
    }
  }
}
