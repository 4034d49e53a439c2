import type { M4Series } from '../data/m4-hourly.ts';
import { average, meanAbsoluteError, overallWeightedAverage, seasonalScale, smape } from './forecast-scores.ts';

/** What a method said of the 48 hours after a series. */
export interface M4Answer {
  readonly one: M4Series;
  readonly points: readonly number[];
  /**
   * What scales the error, when the method was given something else: a spike must not make an error look small.
   *
   * @default the series' own known part
   */
  readonly unharmed?: readonly number[];
}

export interface M4Scores {
  readonly owa: number;
  readonly smape: number;
  readonly mase: number;
}

const SEASON = 24;

/** The competition's three figures, each a mean over the series. */
export function m4Scores(answers: readonly M4Answer[]): M4Scores {
  const smapeMean = average(answers.map(({ one, points }) => smape(points, one.future)));
  const mase = average(
    answers.map(
      ({ one, points, unharmed }) =>
        meanAbsoluteError(points, one.future) / seasonalScale(unharmed ?? one.known, SEASON),
    ),
  );
  return { owa: overallWeightedAverage(smapeMean, mase), smape: smapeMean, mase };
}
