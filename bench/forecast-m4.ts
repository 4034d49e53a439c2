import { seededRandom } from '../lib/core/random.ts';
import type { Interval } from '../lib/forecast/interval.ts';
import type { Bench, BenchRow } from './bench.ts';
import { type M4Series, readM4Hourly } from './data/m4-hourly.ts';
import { average, coveredCount, intervalScore, seasonalScale } from './measures/forecast-scores.ts';
import { hourlyForecast, M4_HORIZON, M4_LEVEL } from './measures/hourly-forecast.ts';
import { type M4Scores, m4Scores } from './measures/m4-scores.ts';

const SEASON = 24;
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

interface Scores extends M4Scores {
  readonly msis: number;
  readonly coverage: number;
}

function predict({ known }: M4Series): readonly Interval[] {
  return hourlyForecast(known);
}

function seasonalNaive({ known }: M4Series): readonly Interval[] {
  return Array.from({ length: M4_HORIZON }, (_, step) => {
    const point = known.at(-SEASON + (step % SEASON)) ?? 0;
    return { point, lower: point, upper: point, level: M4_LEVEL };
  });
}

/** @param unharmed the series whose known part scales the errors: a spike must not make an error look small */
function scoresOf(
  series: readonly M4Series[],
  method: (series: M4Series) => readonly Interval[],
  unharmed: readonly M4Series[] = series,
): Scores {
  const answers = series.map((one, index) => {
    const intervals = method(one);
    return {
      one,
      intervals,
      points: intervals.map(({ point }) => point),
      unharmed: unharmed[index]?.known ?? one.known,
    };
  });
  const msis = answers.map((a) => intervalScore(a.intervals, a.one.future) / seasonalScale(a.unharmed, SEASON));
  const coverage = answers.map(({ intervals, one }) => coveredCount(intervals, one.future) / M4_HORIZON);
  return { ...m4Scores(answers), msis: average(msis), coverage: average(coverage) };
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
