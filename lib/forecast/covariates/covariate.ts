/** An outside factor that may move a series. */
export interface Covariate {
  readonly name: string;
  /**
   * One or several numbers for each step, aligned with the series' values. They may go on beyond its end: that part of
   * the future is known or scheduled. A gap is `NaN`.
   */
  readonly columns: readonly (readonly number[])[];
  /**
   * False when the values of an hour are known only after it: what lies ahead of a moment is then forecast, in the
   * validation too.
   */
  readonly knownAhead: boolean;
  /**
   * Steps by which it goes ahead of the series.
   *
   * @default [0]
   */
  readonly lags?: readonly number[];
}
