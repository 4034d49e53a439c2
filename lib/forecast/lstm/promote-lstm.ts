import { components } from '../components.ts';
import { ensemble } from '../ensemble.ts';
import type { Series } from '../model.ts';
import { lstm } from '../models/lstm.ts';
import type { LstmDocument } from './lstm-document.ts';

const HORIZON = 48;

/** Whether a newly trained network takes the place of the present one, and why. */
export interface LstmPromotion {
  readonly promoted: boolean;
  /** Mean absolute error of the ensemble with each, over that of the day before; the mean over the series. */
  readonly candidateError: number;
  /** Without any network when there is none yet. */
  readonly presentError: number;
}

/**
 * Decides by what counts: the ensemble, not the network alone, must predict the last two days of every series no worse
 * on the mean. The candidate should not have been trained on those days.
 *
 * @returns not promoted when there is nothing to judge by
 */
export function promoteLstm(
  candidate: LstmDocument,
  present: LstmDocument | undefined,
  series: readonly Series[],
): LstmPromotion {
  const judged = series.filter(({ values }) => values.length >= 3 * HORIZON);
  const candidateError = meanError(judged, candidate);
  const presentError = meanError(judged, present);
  return { promoted: candidateError <= presentError, candidateError, presentError };
}

/** NaN, which is no better than anything, when no series counts. */
function meanError(series: readonly Series[], document: LstmDocument | undefined): number {
  const models = document ? [...components, lstm(document)] : components;
  const errors = series.flatMap((one) => {
    const origin = one.values.length - HORIZON;
    const known = { ...one, values: one.values.slice(0, origin) };
    const points = ensemble({ horizon: HORIZON, models }).fit(known).predict(HORIZON, 0.95);
    let [error, naive] = [0, 0];
    for (const [ahead, { point }] of points.entries()) {
      const truth = one.values[origin + ahead] ?? Number.NaN;
      const before = one.values[origin - 24 + (ahead % 24)] ?? Number.NaN;
      if (Number.isNaN(truth) || Number.isNaN(before)) continue;
      error += Math.abs(truth - point);
      naive += Math.abs(truth - before);
    }
    return naive > 0 ? [error / naive] : [];
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}
