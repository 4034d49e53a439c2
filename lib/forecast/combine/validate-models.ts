import type { History, PointForecaster, PointModel } from '../point-model.ts';
import type { RollingOrigins } from './rolling-origins.ts';

/** A model and what it would have said at every moment. */
export interface ValidatedModel {
  readonly model: PointModel;
  /** Fitted to the values before the origins. */
  readonly forecaster: PointForecaster;
  /** The earlier origins', then the origins', in their order; shorter where the history ends first. */
  readonly paths: readonly Float64Array[];
  /** Over all steps of the origins that the model had not learnt from, the newest counting most. */
  readonly meanAbsoluteError: number;
}

/**
 * Judges models on moments they have not learnt from.
 *
 * @returns those that apply and stay finite, in the given order
 * @complexity that of one fit and one forecast an origin, for each model
 */
export function validateModels(
  models: readonly PointModel[],
  { values, seasons }: Omit<History, 'trainingEnd'>,
  { trainingEnd, origins, earlierOrigins, horizon }: RollingOrigins & { readonly horizon: number },
): readonly ValidatedModel[] {
  return models.flatMap((model) => {
    const forecaster = model.fit({ values, seasons, trainingEnd });
    if (forecaster === undefined) return [];
    const pathFrom = (origin: number) => forecaster.forecast(origin, Math.min(horizon, values.length - origin));
    const judged = origins.map(pathFrom);
    const error = meanAbsoluteError(values, origins, judged);
    if (!Number.isFinite(error)) return [];
    return [{ model, forecaster, paths: [...earlierOrigins.map(pathFrom), ...judged], meanAbsoluteError: error }];
  });
}

/** Over which part of the moments the weight of an error halves: what went wrong lately counts for more. */
const HALF_LIFE_SHARE = 1 / 3;

function meanAbsoluteError(values: Float64Array, origins: readonly number[], paths: readonly Float64Array[]): number {
  const halfLife = HALF_LIFE_SHARE * origins.length;
  let [sum, weights] = [0, 0];
  for (const [index, path] of paths.entries()) {
    const origin = origins[index] ?? 0;
    const weight = 0.5 ** ((origins.length - 1 - index) / halfLife);
    for (let ahead = 0; ahead < path.length; ahead += 1) {
      sum += weight * Math.abs((path[ahead] ?? 0) - (values[origin + ahead] ?? 0));
    }
    weights += weight * path.length;
  }
  return sum / weights;
}
