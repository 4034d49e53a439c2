import { quantile } from 'simple-statistics';
import { ensemble } from '../lib/forecast/ensemble.ts';
import { arima } from '../lib/forecast/models/arima.ts';
import type { Bench } from './bench.ts';
import { type M4Series, readM4Hourly } from './data/m4-hourly.ts';
import {
  average,
  meanAbsoluteError,
  overallWeightedAverage,
  seasonalScale,
  smape,
} from './measures/forecast-scores.ts';
import { statsforecastAutoArima } from './measures/statsforecast.ts';

const HORIZON = 48;
const SEASON = 24;

/** The first series warm up the compiler; every 60th is also given to the ARIMAs, which take seconds each. */
const WARM_UP_COUNT = 10;
const ARIMA_EVERY = 60;

/** How long one hourly series takes: all members, two fits, 81 origins; and what ARIMA takes and reaches beside it. */
export const bench: Bench = {
  name: 'forecast-speed',
  needs: '--data with series/m4-hourly; statsforecast from a package index, else its ratio is left out',
  takes: '5 min',
  run: async ({ data }) => {
    const series = await readM4Hourly(data);
    for (const one of series.slice(0, WARM_UP_COUNT)) timed(() => withEnsemble(one));
    const times = series.map((one) => timed(() => withEnsemble(one)).tookMs);
    const compared = series.filter((_, index) => index % ARIMA_EVERY === 0);
    const ours = compared.map((one) => timed(() => withEnsemble(one)));
    const arimas = compared.map((one) => timed(() => withArima(one)));
    const theirs = await statsforecastAutoArima(
      compared.map(({ known }) => known),
      { season: SEASON, horizon: HORIZON },
    );
    const oursOwa = owaOf(
      compared,
      ours.map(({ points }) => points),
    );
    const arimaOwa = owaOf(
      compared,
      arimas.map(({ points }) => points),
    );
    const meanMs = average(ours.map(({ tookMs }) => tookMs));
    const shared = theirs && {
      statsforecastRatio: meanMs / average(theirs.map(({ tookMs }) => tookMs)),
      statsforecastOwaRatio:
        oursOwa /
        owaOf(
          compared,
          theirs.map(({ points }) => points),
        ),
    };
    return {
      figures: {
        seriesCount: series.length,
        p50Ms: quantile(times, 0.5),
        p95Ms: quantile(times, 0.95),
        comparedCount: compared.length,
        ownArimaOwaRatio: oursOwa / arimaOwa,
        ...shared,
      },
      targets: {
        p95Ms: { atMost: 45 },
        ...(shared && { statsforecastRatio: { atMost: 1 / 50 }, statsforecastOwaRatio: { atMost: 0.75 } }),
      },
      table: [
        { method: 'ensemble', 'mean ms': meanMs.toFixed(1), OWA: oursOwa.toFixed(3) },
        {
          method: 'own SARIMA',
          'mean ms': average(arimas.map(({ tookMs }) => tookMs)).toFixed(0),
          OWA: arimaOwa.toFixed(3),
        },
        theirs
          ? {
              method: 'statsforecast AutoARIMA',
              'mean ms': average(theirs.map(({ tookMs }) => tookMs)).toFixed(0),
              OWA: owaOf(
                compared,
                theirs.map(({ points }) => points),
              ).toFixed(3),
            }
          : { method: 'statsforecast AutoARIMA', 'mean ms': 'not installed', OWA: '-' },
      ],
    };
  },
};

function timed(run: () => readonly number[]) {
  const startedAt = performance.now();
  const points = run();
  return { points, tookMs: performance.now() - startedAt };
}

function withEnsemble({ known }: M4Series): readonly number[] {
  const series = { values: known, startedAt: 0, stepMs: 3_600_000, seasons: [SEASON, 7 * SEASON] };
  return ensemble({ horizon: HORIZON })
    .fit(series)
    .predict(HORIZON, 0.95)
    .map(({ point }) => point);
}

function withArima({ known }: M4Series): readonly number[] {
  const values = Float64Array.from(known);
  const fitted = arima.fit({ values, trainingEnd: values.length, seasons: [SEASON] });
  return [...(fitted?.forecast(values.length, HORIZON) ?? values.slice(-HORIZON))];
}

function owaOf(series: readonly M4Series[], paths: readonly (readonly number[])[]): number {
  const points = (index: number) => paths[index] ?? [];
  const smapes = series.map(({ future }, index) => smape(points(index), future));
  const mases = series.map(
    ({ known, future }, index) => meanAbsoluteError(points(index), future) / seasonalScale(known, SEASON),
  );
  return overallWeightedAverage(average(smapes), average(mases));
}
