import { linearScale } from '../numeric/value-scale.ts';
import { cleanAnomalies } from '../prepare/clean-anomalies.ts';
import { type CovariateColumn, columnPast } from './covariate-column.ts';
import { covariateEffects, withoutEffects } from './covariate-effects.ts';

/**
 * Replaces spikes that the covariates do not explain: a burst of scheduled work is no anomaly.
 *
 * @param observed n finite values, spikes and all
 * @complexity that of one regression and one cleaning
 */
export function cleanBeside(
  observed: Float64Array,
  columns: readonly CovariateColumn[],
  seasons: readonly number[],
): Float64Array {
  const scale = linearScale(observed);
  const seen = observed.map(scale.forward);
  const past = columns.map((column) => columnPast(column, observed.length));
  const effects = covariateEffects(seen, past, seasons);
  if (effects === undefined) return cleanAnomalies(observed, seasons).values;
  const rest = cleanAnomalies(withoutEffects(seen, past, effects), seasons).values;
  const added = effects.map((effect) => -effect);
  return withoutEffects(rest, past, added).map(scale.backward);
}
