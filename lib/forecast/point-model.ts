/** A history without gaps, as the models see it. */
export interface History {
  /** Finite values, oldest first. */
  readonly values: Float64Array;
  /** Parameters are learnt from the values before this index; later ones are only followed. */
  readonly trainingEnd: number;
  /** Steps in one season, ascending; empty when there is none. */
  readonly seasons: readonly number[];
}

/**
 * A way to predict the middle of what comes next. It is fitted once, and then forecasts from any moment of the
 * history, so that judging it at 50 moments costs little more than using it once.
 */
export interface PointModel {
  readonly name: string;
  /**
   * @param history at least 1 value, `trainingEnd` at least 1
   * @returns undefined when the model does not apply: too short a history, no season, a log of negative values
   */
  fit(history: History): PointForecaster | undefined;
}

export interface PointForecaster {
  /**
   * @param origin 1 to `values.length`: the first `origin` values are known, those from `trainingEnd` on without
   *   having taught anything
   * @returns `horizon` finite values, that of step `origin` first
   */
  forecast(origin: number, horizon: number): Float64Array;
  /**
   * The same model, having learnt from the whole history; itself when it has so few parameters that two thirds of a
   * history are as good as all of it.
   */
  learnAll(): PointForecaster;
}

/** A forecaster that has nothing more to learn. */
export function selfSufficient(forecast: PointForecaster['forecast']): PointForecaster {
  const forecaster: PointForecaster = { forecast, learnAll: () => forecaster };
  return forecaster;
}
