/** One column of a regression that comes from outside of the series. */
export interface CovariateColumn {
  /** Steps by which it goes ahead of the series. */
  readonly lag: number;
  /** Finite, as long as the series at least. */
  readonly known: Float64Array;
  /**
   * What is known or expected at a moment.
   *
   * @param origin the first `origin` values of the series are known
   * @returns `horizon` finite values without the lag, that of step `origin` first
   */
  ahead(origin: number, horizon: number): Float64Array;
}

/** The column's values over `horizon` steps from `origin` on, as they are known or expected at `origin`. */
export function columnAhead({ lag, known, ahead }: CovariateColumn, origin: number, horizon: number): Float64Array {
  const path = Float64Array.from({ length: horizon }, (_, step) => known[origin - lag + step] ?? 0);
  if (horizon > lag) path.set(ahead(origin, horizon - lag), lag);
  return path;
}

/** The column's values beside the first `length` of the series; 0 before it begins. */
export function columnPast({ lag, known }: CovariateColumn, length: number): Float64Array {
  return Float64Array.from({ length }, (_, step) => known[step - lag] ?? 0);
}
