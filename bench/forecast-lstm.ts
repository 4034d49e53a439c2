import { components } from '../lib/forecast/components.ts';
import type { LstmDocument } from '../lib/forecast/lstm/lstm-document.ts';
import { lstm } from '../lib/forecast/models/lstm.ts';
import type { PointModel } from '../lib/forecast/point-model.ts';
import type { Bench } from './bench.ts';
import { type M4Series, readM4Hourly } from './data/m4-hourly.ts';
import { hourlyForecast } from './measures/hourly-forecast.ts';
import { m4Scores } from './measures/m4-scores.ts';
import { trainInThread } from './measures/train-in-thread.ts';

const SEED = 1;
const STEP_COUNT = 2_500;

/** What a new type has to show. */
const COLD_HOURS = 60;

/**
 * The global LSTM, trained on all series, and predicting what follows on them. Two more learn from a half of the series
 * each, so that each series is predicted by one that has never seen it. So all figures are over all series.
 */
export const bench: Bench = {
  name: 'forecast-lstm',
  needs: '--data with series/m4-hourly',
  takes: '12 min',
  run: async ({ data }) => {
    const series = await readM4Hourly(data);
    const halves = [0, 1].map((half) => series.filter((_, index) => index % 2 === half));
    const startedAt = performance.now();
    const trainings = [train(series, []), ...halves.map((half, index) => train(half, halves[1 - index] ?? []))];
    const [ofAll, ...ofHalves] = await Promise.all(trainings);
    const trainSeconds = (performance.now() - startedAt) / 1_000;
    const across = (knows: Knows, modelsWith: (network: PointModel) => readonly PointModel[], hours?: number) =>
      m4Scores(
        halves.flatMap((half, index) => {
          const own = { all: ofAll, half: ofHalves[index], none: ofHalves[1 - index] };
          const network = lstm(own[knows] as LstmDocument);
          return half.map((one) => ({ one, points: predict(one, modelsWith(network), hours) }));
        }),
      );
    const only = (network: PointModel) => [network];
    const together = (network: PointModel) => [...components, network];
    const rows = [
      ['LSTM alone, trained on all series', across('all', only)],
      ['LSTM alone, trained on half of them, on that half', across('half', only)],
      ['LSTM alone, series it never saw', across('none', only)],
      ['ensemble', across('none', () => components)],
      ['ensemble with an LSTM that never saw the series', across('none', together)],
      ['ensemble, 60 h known', across('none', () => components, COLD_HOURS)],
      ['LSTM alone, 60 h known', across('none', only, COLD_HOURS)],
      ['ensemble with the LSTM, 60 h known', across('none', together, COLD_HOURS)],
    ] as const;
    const [seen, half, unseen, without, joined, cold, , coldJoined] = rows.map(([, { owa }]) => owa);
    return {
      figures: {
        seriesCount: series.length,
        trainSeconds,
        seenOwa: seen ?? Number.NaN,
        halfOwa: half ?? Number.NaN,
        unseenOwa: unseen ?? Number.NaN,
        ensembleOwa: without ?? Number.NaN,
        joinedOwa: joined ?? Number.NaN,
        coldOwa: cold ?? Number.NaN,
        coldJoinedOwa: coldJoined ?? Number.NaN,
      },
      targets: { seenOwa: { atMost: 0.457 }, unseenOwa: { atMost: 0.489 } },
      table: rows.map(([method, { owa, smape, mase }]) => ({
        method,
        OWA: owa.toFixed(4),
        sMAPE: smape.toFixed(2),
        MASE: mase.toFixed(3),
      })),
    };
  },
};

/** Which series the network that predicts one was trained on: all, the half that holds it, or the other half. */
type Knows = 'all' | 'half' | 'none';

function train(series: readonly M4Series[], others: readonly M4Series[]): Promise<LstmDocument> {
  const values = (some: readonly M4Series[]) => some.map(({ known }) => Float64Array.from(known));
  return trainInThread({ series: values(series), unseen: values(others), seed: SEED, stepCount: STEP_COUNT });
}

/** @param hours of the history that are known; all of it when undefined */
function predict({ known }: M4Series, models: readonly PointModel[], hours?: number): readonly number[] {
  const values = hours === undefined ? known : known.slice(-hours);
  return hourlyForecast(values, models).map(({ point }) => point);
}
