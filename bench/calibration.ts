import { ensemble } from '../lib/forecast/ensemble.ts';
import { afterOutcome, askedLevel, startAdaptive } from '../lib/forecast/intervals/adaptive-level.ts';
import type { Bench } from './bench.ts';
import { readDatacenter } from './data/datacenter.ts';
import { groupMeans } from './data/group-means.ts';
import { readNabCloudwatch } from './data/nab-cloudwatch.ts';
import { average } from './measures/forecast-scores.ts';

const LEVEL = 0.95;
const STEPS_AN_HOUR = 12;

/** The newest steps are predicted one by one. */
const STEP_COUNT = 150;

/** Whether one-step intervals cover as often as they promise, run after run, with the level adapted and without. */
export const bench: Bench = {
  name: 'calibration',
  needs: '--data with series/nab-cloudwatch and series/datacenter',
  takes: '60 s',
  run: async ({ data }) => {
    const series = [...(await readNabCloudwatch(data)), ...(await readDatacenter(data))];
    const rows = series.map(({ id, values }) => ({ id, ...coverageOf(groupMeans(values, STEPS_AN_HOUR)) }));
    const adaptive = rows.map((row) => row.adaptive);
    return {
      figures: {
        seriesCount: rows.length,
        adaptiveMean: average(adaptive),
        adaptiveWorst: Math.min(...adaptive),
        plainMean: average(rows.map(({ plain }) => plain)),
      },
      targets: { adaptiveMean: { atLeast: 0.94, atMost: 0.96 }, adaptiveWorst: { atLeast: 0.93 } },
      table: rows.map(({ id, plain, adaptive: adapted }) => ({
        series: id,
        plain: plain.toFixed(3),
        adaptive: adapted.toFixed(3),
      })),
    };
  },
};

function coverageOf(hours: readonly number[]) {
  let state = startAdaptive(LEVEL);
  let plainCount = 0;
  for (let origin = hours.length - STEP_COUNT; origin < hours.length; origin += 1) {
    const truth = hours[origin] ?? Number.NaN;
    if (Number.isNaN(truth)) continue;
    const series = { values: hours.slice(0, origin), startedAt: 0, stepMs: 3_600_000, seasons: [24, 168] };
    const fitted = ensemble({ horizon: 1 }).fit(series);
    const [plain] = fitted.predict(1, LEVEL);
    const [adapted] = fitted.predict(1, askedLevel(state));
    if (plain && plain.lower <= truth && truth <= plain.upper) plainCount += 1;
    if (adapted) state = afterOutcome(state, adapted, truth);
  }
  return { plain: plainCount / state.seenCount, adaptive: 1 - state.missedCount / state.seenCount };
}
