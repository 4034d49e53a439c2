import { conditionalErrors, continueArma } from '../arima/conditional-errors.ts';
import { differenceLags, differences, integrate } from '../arima/difference.ts';
import { searchOrder } from '../arima/search-order.ts';
import { reachOf, within } from '../numeric/reach-of.ts';
import { linearScale } from '../numeric/value-scale.ts';
import { type History, type PointForecaster, type PointModel, selfSufficient } from '../point-model.ts';

/** Fewer values do not tell one order from another. */
const LENGTH_MIN = 30;

/** Older values cost time and say little about the present order. */
const LENGTH_MAX = 1_000;

/** Widths of the range seen that a forecast may go beyond it: a search can end with a model that explodes. */
const REACH = 1;

/** A longer season has more states than the search can afford. */
const SEASON_MAX = 60;

/**
 * ARIMA and SARIMA with a search for the order. Slower than all other models by far, so it stands beside the
 * combination as the yardstick and is asked for by name.
 *
 * @complexity fit at most 18 orders of O(e n k) each
 */
export const arima: PointModel = { name: 'arima', fit: fitArima };

function fitArima({ values, trainingEnd, seasons }: History): PointForecaster | undefined {
  if (trainingEnd < LENGTH_MIN) return undefined;
  const scale = linearScale(values);
  const seen = values.map(scale.forward);
  const season = seasons.find((length) => length <= SEASON_MAX && trainingEnd >= 3 * length) ?? 1;
  const { order, coefficients } = searchOrder(
    seen.subarray(Math.max(0, trainingEnd - LENGTH_MAX), trainingEnd),
    season,
  );
  const lags = differenceLags(order);
  const lost = lags.reduce((sum, lag) => sum + lag, 0);
  const changes = differences(seen, lags);
  const bounds = reachOf(seen, REACH);
  const errors = conditionalErrors(changes, coefficients, order.season);
  return selfSufficient((origin, horizon) => {
    const end = Math.max(0, origin - lost);
    const known = { changes: changes.subarray(0, end), errors: errors.subarray(0, end) };
    const next = continueArma(known, coefficients, { season: order.season, horizon });
    const path = integrate(seen.subarray(0, origin), next, lags);
    return path.map((value) => scale.backward(within(bounds, value)));
  });
}
