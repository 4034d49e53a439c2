import { describe, expect, it } from 'vitest';
import { smoother } from '../../../lib/forecast/numeric/smoothing.ts';
import { chaoticSeries } from '../chaotic-series.ts';

describe('smoother', () => {
  it('forecasts what statsmodels does with a damped trend', () => {
    const values = chaoticSeries();
    const weights = { level: 0.3, trend: 0.3 * 0.1, damping: 0.9, seasonal: [0, 0], autocorrelation: 0 } as const;
    const run = smoother(values.slice(), []);
    run.run(weights);
    const path = run.forecast(weights, values.length, 3);
    // statsmodels 0.15.0: ExponentialSmoothing(v, trend='add', damped_trend=True, initialization_method='known',
    // initial_level=v[:24].mean(), initial_trend=0).fit(smoothing_level=0.3, smoothing_trend=0.1, damping_trend=0.9).
    // The same recursion from the same start: rounding only.
    const expected = [8.87078431837895, 8.933636037792445, 8.990202585264589];
    for (const [step, value] of expected.entries()) expect(Math.abs((path[step] ?? 0) / value - 1)).toBeLessThan(1e-9);
  });

  it('repeats two seasons that it has seen, exactly', () => {
    const shape = (t: number) => 10 + (t % 4) + (t % 12 < 4 ? 5 : 0);
    const values = Float64Array.from({ length: 48 }, (_, t) => shape(t));
    const weights = { level: 0.1, trend: 0, damping: 0, seasonal: [0.1, 0.1], autocorrelation: 0 } as const;
    const run = smoother(values, [4, 12]);
    run.run(weights);
    for (const origin of [30, 48]) {
      for (const [step, value] of run.forecast(weights, origin, 12).entries())
        expect(value).toBeCloseTo(shape(origin + step), 9);
    }
  });

  it('lets an error fade by its autocorrelation', () => {
    const values = Float64Array.from({ length: 25 }, (_, t) => (t === 24 ? 8 : 0));
    const weights = { level: 0, trend: 0, damping: 0, seasonal: [0, 0], autocorrelation: 0.5 } as const;
    const run = smoother(values, []);
    run.run(weights);
    expect([...run.forecast(weights, 25, 3)]).toEqual([4, 2, 1]);
  });
});
