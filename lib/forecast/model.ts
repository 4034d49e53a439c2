import type { Covariate } from './covariates/covariate.ts';
import type { Interval } from './interval.ts';

/** Equally spaced values, oldest first; a gap is `NaN`. */
export interface Series {
  readonly values: readonly number[];
  /** Moment of the first value, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly stepMs: number;
  /** Steps in one season, longest last: `[24, 168]` for hourly data. */
  readonly seasons: readonly number[];
  /** Outside factors; a model may leave them out of account. */
  readonly covariates?: readonly Covariate[];
}

/** A forecasting model: fitting it gives the only thing that can predict. */
export interface Model {
  readonly name: string;
  /** @throws {ForeshardError} `InvalidInput` when the series is too short for the model */
  fit(series: Series): FittedModel;
}

export interface FittedModel {
  readonly name: string;
  /**
   * Predicts the next steps.
   *
   * @param horizon steps ahead, at least 1
   * @param level probability that a value lies in its interval, in (0, 1)
   * @returns `horizon` intervals, the next step first, all finite
   */
  predict(horizon: number, level: number): readonly Interval[];
}
