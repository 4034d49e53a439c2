import { ensemble } from '../lib/forecast/ensemble.ts';
import type { Bench } from './bench.ts';
import { readDatacenter } from './data/datacenter.ts';
import { groupMeans } from './data/group-means.ts';
import { average, meanAbsoluteError, seasonalScale } from './measures/forecast-scores.ts';

const HORIZON = 24;
const STEPS_AN_HOUR = 12;

/** A forecast at each of the last seven midnights. */
const ORIGIN_COUNT = 7;

/** CPU and memory of two data centres, by the hour, a day ahead. */
export const bench: Bench = {
  name: 'forecast-traces',
  needs: '--data with series/datacenter',
  takes: '5 s',
  run: async ({ data }) => {
    const rows = (await readDatacenter(data)).map(({ id, values }) => ({
      id,
      mase: maseOf(groupMeans(values, STEPS_AN_HOUR)),
    }));
    return {
      figures: { seriesCount: rows.length, mase: average(rows.map(({ mase }) => mase)) },
      targets: { mase: { atMost: 0.745 } },
      table: rows.map(({ id, mase }) => ({ series: id, MASE: mase.toFixed(3) })),
    };
  },
};

function maseOf(hours: readonly number[]): number {
  const errors = Array.from({ length: ORIGIN_COUNT }, (_, day) => {
    const origin = hours.length - HORIZON * (day + 1);
    const known = hours.slice(0, origin);
    const series = { values: known, startedAt: 0, stepMs: 3_600_000, seasons: [24, 168] };
    const points = ensemble({ horizon: HORIZON })
      .fit(series)
      .predict(HORIZON, 0.95)
      .map(({ point }) => point);
    return meanAbsoluteError(points, hours.slice(origin, origin + HORIZON)) / seasonalScale(known, HORIZON);
  });
  return average(errors);
}
