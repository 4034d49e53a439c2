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
 * The global LSTM: one training learns from every second series, one from the others, and each predicts what follows
 * on those it was trained on and on those that it has never seen. So both figures are over all series.
 */
export const bench: Bench = {
  name: 'forecast-lstm',
  needs: '--data with series/m4-hourly',
  takes: '8 min',
  run: async ({ data }) => {
    const series = await readM4Hourly(data);
    const halves = [0, 1].map((half) => series.filter((_, index) => index % 2 === half));
    const startedAt = performance.now();
    const networks = await Promise.all(halves.map((half, index) => train(half, halves[1 - index] ?? [])));
    const trainSeconds = (performance.now() - startedAt) / 1_000;
    const across = (foreign: boolean, modelsWith: (network: PointModel) => readonly PointModel[], hours?: number) =>
      m4Scores(
        halves.flatMap((half, index) => {
          const network = lstm(networks[foreign ? 1 - index : index] as LstmDocument);
          return half.map((one) => ({ one, points: predict(one, modelsWith(network), hours) }));
        }),
      );
    const only = (network: PointModel) => [network];
    const together = (network: PointModel) => [...components, network];
    const rows = [
      ['LSTM alone, series it learnt from', across(false, only)],
      ['LSTM alone, series it never saw', across(true, only)],
      ['ensemble', across(true, () => components)],
      ['ensemble with an LSTM that never saw the series', across(true, together)],
      ['ensemble, 60 h known', across(true, () => components, COLD_HOURS)],
      ['LSTM alone, 60 h known', across(true, only, COLD_HOURS)],
      ['ensemble with the LSTM, 60 h known', across(true, together, COLD_HOURS)],
    ] as const;
    const [seen, unseen, without, joined, cold, , coldJoined] = rows.map(([, { owa }]) => owa);
    return {
      figures: {
        seriesCount: series.length,
        trainSeconds,
        seenOwa: seen ?? Number.NaN,
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

function train(series: readonly M4Series[], others: readonly M4Series[]): Promise<LstmDocument> {
  const values = (some: readonly M4Series[]) => some.map(({ known }) => Float64Array.from(known));
  return trainInThread({ series: values(series), unseen: values(others), seed: SEED, stepCount: STEP_COUNT });
}

/** @param hours of the history that are known; all of it when undefined */
function predict({ known }: M4Series, models: readonly PointModel[], hours?: number): readonly number[] {
  const values = hours === undefined ? known : known.slice(-hours);
  return hourlyForecast(values, models).map(({ point }) => point);
}
