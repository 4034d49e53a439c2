import { linearScale, logScale } from '../numeric/value-scale.ts';
import type { History, PointForecaster, PointModel } from '../point-model.ts';
import { type CovariateColumn, columnAhead, columnPast } from './covariate-column.ts';
import { covariateEffects, withoutEffects } from './covariate-effects.ts';

/**
 * A model of what covariates leave unexplained: their effects are taken off the history, the model predicts the rest,
 * and the effects of what is known or expected ahead are added again.
 *
 * @param log true when covariates move the series in proportion
 */
export function withCovariates(
  model: PointModel,
  { columns, log }: { readonly columns: readonly CovariateColumn[]; readonly log: boolean },
): PointModel {
  return {
    name: `${model.name}, with covariates`,
    fit: (history) => fitBeside(model, history, { columns, log }),
  };
}

function fitBeside(
  model: PointModel,
  { values, seasons, trainingEnd }: History,
  { columns, log }: { readonly columns: readonly CovariateColumn[]; readonly log: boolean },
): PointForecaster | undefined {
  const scale = log ? logScale(values) : linearScale(values);
  if (scale === undefined) return undefined;
  const seen = values.map(scale.forward);
  const past = columns.map((column) => columnPast(column, values.length));
  const learnt = (end: number): PointForecaster | undefined => {
    const known = past.map((column) => column.subarray(0, end));
    const effects = covariateEffects(seen.subarray(0, end), known, seasons);
    if (effects === undefined) return undefined;
    const rest = withoutEffects(seen, past, effects).map(scale.backward);
    const inner = model.fit({ values: rest, seasons, trainingEnd: end });
    if (inner === undefined) return undefined;
    const added = effects.map((effect) => -effect);
    const self: PointForecaster = {
      forecast: (origin, horizon) => {
        const ahead = columns.map((column) => columnAhead(column, origin, horizon));
        const path = inner.forecast(origin, horizon).map(scale.forward);
        return withoutEffects(path, ahead, added).map(scale.backward);
      },
      learnAll: () => (end === values.length ? self : (learnt(values.length) ?? self)),
    };
    return self;
  };
  return learnt(trainingEnd);
}
