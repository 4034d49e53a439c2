import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { standardNormal } from '../../../lib/core/standard-normal.ts';
import type { ArimaCoefficients } from '../../../lib/forecast/arima/arima-order.ts';
import { chooseDifferences, kpss } from '../../../lib/forecast/arima/choose-differences.ts';
import { conditionalErrors, continueArma } from '../../../lib/forecast/arima/conditional-errors.ts';
import { differences, integrate } from '../../../lib/forecast/arima/difference.ts';
import { exactLogLikelihood } from '../../../lib/forecast/arima/exact-log-likelihood.ts';
import { fitConditional, fitExact } from '../../../lib/forecast/arima/fit-arima.ts';
import { searchOrder } from '../../../lib/forecast/arima/search-order.ts';
import { PARTIAL_MAX, stationary } from '../../../lib/forecast/arima/stationary.ts';
import { arima } from '../../../lib/forecast/models/arima.ts';
import { prepareHistory } from '../../../lib/forecast/prepare/prepare-history.ts';
import { chaoticSeries } from '../chaotic-series.ts';
import { NONSENSE } from '../models/series-arbitraries.ts';

const PLAIN: ArimaCoefficients = { mean: 6, ar: [0.4, -0.2], ma: [0.3], seasonalAr: [], seasonalMa: [] };
const SEASONAL: ArimaCoefficients = { mean: 6, ar: [0.5], ma: [-0.3], seasonalAr: [0.6], seasonalMa: [0.2] };

function expectNear(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(relative);
}

describe('exactLogLikelihood', () => {
  // statsmodels 0.15.0: ARIMA(v, order, seasonal_order, trend='c', concentrate_scale=True).smooth(params).llf.
  // Both end their filter's variance when it has settled, each at its own threshold: 1e-7.
  it.each([
    ['ARMA(2,1)', PLAIN, 1, -179.3562345621343],
    ['ARMA(1,1)(1,1)6', SEASONAL, 6, -165.32439168245088],
  ])('is that of statsmodels for %s', (_, coefficients, season, expected) => {
    expectNear(exactLogLikelihood(chaoticSeries(), coefficients, season), expected, 1e-7);
  });
});

describe('continueArma', () => {
  // statsmodels 0.15.0, the same models' forecast(4). It starts from the stationary state, we from errors of 0: after
  // 60 values an invertible model has forgotten all but 1e-6 of that.
  it.each([
    ['ARMA(2,1)', PLAIN, 1, [10.140635378149064, 6.688585937531143, 5.447307299382644, 5.641205732246829]],
    ['ARMA(1,1)(1,1)6', SEASONAL, 6, [12.213064323093793, 5.155642716421628, 7.321030510957696, 9.589835856786465]],
  ])('forecasts what statsmodels does with %s', (_, coefficients, season, expected) => {
    const changes = chaoticSeries();
    const errors = conditionalErrors(changes, coefficients, season);
    const path = continueArma({ changes, errors }, coefficients, { season, horizon: 4 });
    for (const [step, value] of expected.entries()) expectNear(path[step] ?? 0, value, 1e-6);
  });
});

describe('fitExact', () => {
  it('finds the coefficients that statsmodels finds', () => {
    const order = { p: 2, d: 0, q: 0, seasonalP: 0, seasonalD: 0, seasonalQ: 0, season: 1 };
    const { coefficients, aicc } = fitExact(chaoticSeries(), fitConditional(chaoticSeries(), order));
    // statsmodels 0.15.0: ARIMA(v, order=(2, 0, 0), trend='c').fit(). The optimum is flat: coefficients to 1 %.
    expectNear(coefficients.mean, 7.39851517, 0.01);
    expectNear(coefficients.ar[0] ?? 0, -0.33933084, 0.01);
    expectNear(coefficients.ar[1] ?? 0, -0.26415209, 0.01);
    expectNear(aicc, 316.2967293520714, 1e-6);
  });
});

describe('differences and integrate', () => {
  it('undo one another, whatever the lags', () => {
    const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 30, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.constantFrom([], [1], [7], [7, 1], [1, 1]), (drawn, lags) => {
        const all = Float64Array.from(drawn);
        const known = all.subarray(0, 20);
        const changes = differences(all, lags).subarray(20 - lags.reduce((sum, lag) => sum + lag, 0));
        expect([...integrate(known, changes, lags)]).toEqual([...all.subarray(20)]);
      }),
    );
  });
});

describe('stationary', () => {
  it('gives coefficients whose impulse dies out, with the sum of squares that its partial autocorrelations say', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }), (free) => {
        const ar = stationary(free);
        const path = [1];
        for (let t = 1; t < 4_000; t += 1)
          path.push(ar.reduce((sum, weight, lag) => sum + weight * (path[t - lag - 1] ?? 0), 0));
        const squares = path.reduce((sum, value) => sum + value * value, 0);
        // The variance of the process over that of its errors (Brockwell and Davis, "Time Series", 1991, 5.2).
        const whole = free.reduce((product, value) => product / (1 - (PARTIAL_MAX * Math.tanh(value)) ** 2), 1);
        // The slowest one that these numbers allow has 0.6 % of its sum beyond 4,000 steps.
        expect(Math.abs(squares / whole - 1)).toBeLessThan(0.01);
      }),
      { examples: [[[1, -1, 1, -1]], [[-1, -1, -1, -1]], [[1, 1, 1, 1]]] },
    );
  });
});

describe('chooseDifferences', () => {
  it('differences a random walk once and noise never', () => {
    const random = seededRandom(3);
    const noise = Float64Array.from({ length: 300 }, () => standardNormal(random));
    let level = 0;
    const walk = noise.map((step) => (level += step));
    expect(chooseDifferences(noise, 1)).toEqual({ d: 0, seasonalD: 0 });
    expect(chooseDifferences(walk, 1)).toEqual({ d: 1, seasonalD: 0 });
    // statsmodels 0.15.0: kpss(chaotic, regression='c', nlags=3)[0]
    expectNear(kpss(chaoticSeries()), 0.34096157062849064, 1e-9);
  });
});

describe('searchOrder', () => {
  it('finds that an autoregression of order 1 is one', () => {
    const random = seededRandom(5);
    let state = 0;
    const values = Float64Array.from({ length: 400 }, () => (state = 0.7 * state + standardNormal(random)));
    const { order, coefficients } = searchOrder(values, 1);
    expect(order).toMatchObject({ d: 0 });
    // The impulse after one step, whatever the order: 0.7 with a standard error of 0.036; three of them.
    expect(Math.abs((coefficients.ar[0] ?? 0) + (coefficients.ma[0] ?? 0) - 0.7)).toBeLessThan(0.11);
  });
});

describe('arima', () => {
  it.each(NONSENSE)('is finite or declines: %s', (_, values) => {
    const prepared = prepareHistory({ values: values.slice(-120), startedAt: 0, stepMs: 1, seasons: [6] });
    const history = { ...prepared, trainingEnd: prepared.values.length };
    const path = arima.fit(history)?.forecast(prepared.values.length, 10);
    if (prepared.values.length >= 30) expect(path).toHaveLength(10);
    expect(path?.every(Number.isFinite) ?? true).toBe(true);
  });
});
