import { expect, it } from 'vitest';
import { theta } from '../../../lib/forecast/models/theta.ts';
import { chaoticSeries } from '../chaotic-series.ts';

it('forecasts what statsmodels does', () => {
  const values = chaoticSeries();
  const path = theta.fit({ values, trainingEnd: values.length, seasons: [] })?.forecast(values.length, 4);
  // statsmodels 0.15.0: ThetaModel(v, deseasonalize=False).fit(use_mle=False).forecast(4). The weight it finds is
  // 0.014 on a flat optimum: 1e-3 of the forecast.
  const expected = [8.494899923389077, 8.511328239150192, 8.527756554911306, 8.54418487067242];
  for (const [step, value] of expected.entries()) expect(Math.abs((path?.[step] ?? 0) / value - 1)).toBeLessThan(1e-3);
});

it('puts the season back where it shows', () => {
  const values = Float64Array.from({ length: 120 }, (_, t) => 100 + 20 * Math.sin((2 * Math.PI * t) / 12));
  const path = theta.fit({ values, trainingEnd: 120, seasons: [12] })?.forecast(120, 12) ?? new Float64Array(12);
  for (const [step, value] of path.entries()) {
    // A moving mean of a sine is exact; the drift of the part periods is below 1 %.
    expect(Math.abs(value - (100 + 20 * Math.sin((2 * Math.PI * (120 + step)) / 12)))).toBeLessThan(1.5);
  }
});
