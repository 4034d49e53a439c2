import { quantile } from 'simple-statistics';
import { seededRandom } from '../lib/core/random.ts';
import { arima } from '../lib/forecast/models/arima.ts';
import type { Bench, BenchRow } from './bench.ts';
import { type M4Series, readM4Hourly } from './data/m4-hourly.ts';
import { average } from './measures/forecast-scores.ts';
import { hourlyForecast, M4_HORIZON } from './measures/hourly-forecast.ts';
import { m4Scores } from './measures/m4-scores.ts';
import { statsforecastAutoArima } from './measures/statsforecast.ts';

const SEASON = 24;
const SEED = 7;

/** The first series warm up the compiler. */
const WARM_UP_COUNT = 10;

/** ARIMAs take seconds to minutes a series: they get as many, drawn by the seed, as there is time for. */
const OWN_ARIMA_COUNT = 12;
const BUDGET_MS = 420_000;

/** How long one hourly series takes: all members, two fits, 81 origins; and what ARIMA takes and reaches beside it. */
export const bench: Bench = {
  name: 'forecast-speed',
  needs: '--data with series/m4-hourly; statsforecast from a package index, else its ratios are left out',
  takes: '9 min',
  run: async ({ data }) => {
    const series = await readM4Hourly(data);
    for (const one of series.slice(0, WARM_UP_COUNT)) withEnsemble(one);
    const ours = new Map(series.map((one) => [one.id, withEnsemble(one)]));
    const own = new Map(
      drawn(series)
        .slice(0, OWN_ARIMA_COUNT)
        .map((one) => [one.id, withArima(one)]),
    );
    const theirs = await withStatsforecast(drawn(series));
    const beside = [
      besideOurs('own SARIMA', series, ours, own),
      theirs && besideOurs('statsforecast AutoARIMA', series, ours, theirs),
    ];
    const times = [...ours.values()].map(({ tookMs }) => tookMs);
    const [ownArima, statsforecast] = beside;
    return {
      figures: {
        seriesCount: series.length,
        p50Ms: quantile(times, 0.5),
        p95Ms: quantile(times, 0.95),
        ownArimaOwaRatio: ownArima?.owaRatio ?? Number.NaN,
        ...(statsforecast && {
          comparedCount: statsforecast.count,
          statsforecastRatio: statsforecast.timeRatio,
          statsforecastOwaRatio: statsforecast.owaRatio,
        }),
      },
      targets: {
        p95Ms: { atMost: 45 },
        ...(statsforecast && { statsforecastRatio: { atMost: 1 / 50 }, statsforecastOwaRatio: { atMost: 0.75 } }),
      },
      table: [...beside.flatMap((one) => one?.rows ?? []), ...(statsforecast ? [] : [NOT_INSTALLED])],
    };
  },
};

const NOT_INSTALLED: BenchRow = {
  method: 'statsforecast AutoARIMA: no Python, or no package index to install it from',
  series: 0,
};

interface Answer {
  readonly points: readonly number[];
  readonly tookMs: number;
}

function timed(forecast: () => readonly number[]): Answer {
  const startedAt = performance.now();
  const points = forecast();
  return { points, tookMs: performance.now() - startedAt };
}

function withEnsemble({ known }: M4Series): Answer {
  return timed(() => hourlyForecast(known).map(({ point }) => point));
}

function withArima({ known }: M4Series): Answer {
  const values = Float64Array.from(known);
  return timed(() => {
    const fitted = arima.fit({ values, trainingEnd: values.length, seasons: [SEASON] });
    return [...(fitted?.forecast(values.length, M4_HORIZON) ?? values.slice(-M4_HORIZON))];
  });
}

async function withStatsforecast(series: readonly M4Series[]): Promise<ReadonlyMap<string, Answer> | undefined> {
  const histories = series.map(({ known }) => known);
  const question = { season: SEASON, horizon: M4_HORIZON, budgetMs: BUDGET_MS };
  const answers = await statsforecastAutoArima(histories, question);
  return answers && new Map(series.flatMap(({ id }, index) => (answers[index] ? [[id, answers[index]]] : [])));
}

/** In an order drawn by the seed: whoever gets only the first few gets a fair sample. */
function drawn(series: readonly M4Series[]): readonly M4Series[] {
  const random = seededRandom(SEED);
  const keyed = series.map((one) => ({ one, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ one }) => one);
}

/** Both methods on the series that the other one has answered. */
function besideOurs(
  method: string,
  series: readonly M4Series[],
  ours: ReadonlyMap<string, Answer>,
  theirs: ReadonlyMap<string, Answer>,
) {
  const compared = series.filter(({ id }) => theirs.has(id));
  const summaryOf = (answers: ReadonlyMap<string, Answer>) => {
    const given = compared.map((one) => ({ one, ...(answers.get(one.id) ?? { points: [], tookMs: Number.NaN }) }));
    return { ...m4Scores(given), meanMs: average(given.map(({ tookMs }) => tookMs)) };
  };
  const [own, other] = [summaryOf(ours), summaryOf(theirs)];
  const rowOf = (name: string, { meanMs, owa, smape, mase }: typeof own): BenchRow => ({
    method: name,
    series: compared.length,
    'mean ms': meanMs.toFixed(1),
    OWA: owa.toFixed(3),
    sMAPE: smape.toFixed(2),
    MASE: mase.toFixed(3),
  });
  return {
    count: compared.length,
    timeRatio: own.meanMs / other.meanMs,
    owaRatio: own.owa / other.owa,
    rows: [rowOf(method, other), rowOf('ensemble, on the same series', own)],
  };
}
