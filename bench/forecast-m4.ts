import { seededRandom } from '../lib/core/random.ts';
import { ensemble } from '../lib/forecast/ensemble.ts';
import type { Interval } from '../lib/forecast/interval.ts';
import type { Bench, BenchRow } from './bench.ts';
import { type M4Series, readM4Hourly } from './data/m4-hourly.ts';
import {
  average,
  coveredCount,
  intervalScore,
  meanAbsoluteError,
  overallWeightedAverage,
  seasonalScale,
  smape,
} from './measures/forecast-scores.ts';

const HORIZON = 48;
const SEASON = 24;
const LEVEL = 0.95;
const SEED = 7;

/** The M4 competition's hourly series: points, intervals, and the same with spikes and with a shift of the level. */
export const bench: Bench = {
  name: 'forecast-m4',
  needs: '--data with series/m4-hourly',
  takes: '60 s',
  run: async ({ data }) => {
    const series = await readM4Hourly(data);
    const clean = scoresOf(series, predict);
    const naive = scoresOf(series, seasonalNaive);
    const spiked = scoresOf(withSpikes(series), predict, series);
    const shifted = scoresOf(withShift(series), predict, series);
    return {
      figures: {
        seriesCount: series.length,
        owa: clean.owa,
        smape: clean.smape,
        mase: clean.mase,
        msis: clean.msis,
        coverage: clean.coverage,
        spikedOwa: spiked.owa,
        shiftedMase: shifted.mase,
      },
      targets: {
        owa: { atMost: 0.4 },
        smape: { atMost: 8.8 },
        mase: { atMost: 0.77 },
        msis: { atMost: 5.5 },
        coverage: { atLeast: 0.94, atMost: 0.96 },
        spikedOwa: { atMost: 0.5 },
        shiftedMase: { atMost: 1.9 },
      },
      table: [
        rowOf('ensemble', clean),
        rowOf('seasonal naive', naive),
        rowOf('ensemble, 1 % spikes', spiked),
        rowOf('ensemble, level x 1.5 36 h before', shifted),
      ],
    };
  },
};

interface Scores {
  readonly owa: number;
  readonly smape: number;
  readonly mase: number;
  readonly msis: number;
  readonly coverage: number;
}

function predict({ known }: M4Series): readonly Interval[] {
  const series = { values: known, startedAt: 0, stepMs: 3_600_000, seasons: [SEASON, 7 * SEASON] };
  return ensemble({ horizon: HORIZON }).fit(series).predict(HORIZON, LEVEL);
}

function seasonalNaive({ known }: M4Series): readonly Interval[] {
  return Array.from({ length: HORIZON }, (_, step) => {
    const point = known.at(-SEASON + (step % SEASON)) ?? 0;
    return { point, lower: point, upper: point, level: LEVEL };
  });
}

/** @param unharmed the series whose known part scales the errors: a spike must not make an error look small */
function scoresOf(
  series: readonly M4Series[],
  method: (series: M4Series) => readonly Interval[],
  unharmed: readonly M4Series[] = series,
): Scores {
  const each = series.map((one, index) => {
    const intervals = method(one);
    const points = intervals.map(({ point }) => point);
    const scale = seasonalScale(unharmed[index]?.known ?? one.known, SEASON);
    return {
      smape: smape(points, one.future),
      mase: meanAbsoluteError(points, one.future) / scale,
      msis: intervalScore(intervals, one.future) / scale,
      coverage: coveredCount(intervals, one.future) / HORIZON,
    };
  });
  const mean = (measure: keyof (typeof each)[number]) => average(each.map((scores) => scores[measure]));
  const [smapeMean, maseMean] = [mean('smape'), mean('mase')];
  const owa = overallWeightedAverage(smapeMean, maseMean);
  return { owa, smape: smapeMean, mase: maseMean, msis: mean('msis'), coverage: mean('coverage') };
}

/** One value in a hundred is five times as large or as small. */
function withSpikes(series: readonly M4Series[]): readonly M4Series[] {
  const random = seededRandom(SEED);
  const spiked = (value: number) => (random() < 0.01 ? value * (random() < 0.5 ? 5 : 0.2) : value);
  return series.map((one) => ({ ...one, known: one.known.map(spiked) }));
}

/** From 36 hours before the origin on, all is half as much again. */
function withShift(series: readonly M4Series[]): readonly M4Series[] {
  return series.map(({ id, known, future }) => ({
    id,
    known: known.map((value, step) => (step >= known.length - 36 ? 1.5 * value : value)),
    future: future.map((value) => 1.5 * value),
  }));
}

function rowOf(method: string, { owa, smape: smapeMean, mase, msis, coverage }: Scores): BenchRow {
  return {
    method,
    OWA: owa.toFixed(4),
    sMAPE: smapeMean.toFixed(2),
    MASE: mase.toFixed(3),
    MSIS: method === 'seasonal naive' ? '-' : msis.toFixed(2),
    coverage: method === 'seasonal naive' ? '-' : coverage.toFixed(4),
  };
}
