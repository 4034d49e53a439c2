import type { LstmDocument } from '../lstm/lstm-document.ts';
import { lstmTape } from '../lstm/lstm-network.ts';
import { LSTM_SEASONS, levelScale, lstmForecast, READ_COUNT, SHAPE } from '../lstm/lstm-path.ts';
import { reachOf, within } from '../numeric/reach-of.ts';
import { type PointModel, selfSufficient } from '../point-model.ts';

/** How far beyond the range seen a forecast may go, in widths of that range. */
const REACH = 1;

/**
 * The global LSTM: it has learnt from other series, so it needs no more of this one than shows its day. For hourly
 * series only; on another grid its lags mean nothing.
 *
 * @complexity forecast O((48 + horizon) 5,289)
 */
export function lstm(document: LstmDocument): PointModel {
  const parameters = Float64Array.from(document.parameters);
  return {
    name: 'lstm',
    fit: ({ values, seasons, trainingEnd }) => {
      const [day = 0] = LSTM_SEASONS;
      if (trainingEnd < day || seasons[0] !== day) return undefined;
      const scale = levelScale(values);
      const level = values.map(scale.forward);
      const bounds = reachOf(level, REACH);
      return selfSufficient((origin, horizon) => {
        if (origin < day) return new Float64Array(horizon).fill(values[origin - 1] ?? 0);
        const tape = lstmTape(SHAPE, READ_COUNT + horizon);
        const path = lstmForecast(parameters, level, { origin, horizon, tape });
        return path.map((value) => scale.backward(within(bounds, value)));
      });
    },
  };
}
