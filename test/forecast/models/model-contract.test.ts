import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { components } from '../../../lib/forecast/components.ts';
import { ensemble } from '../../../lib/forecast/ensemble.ts';
import type { Interval } from '../../../lib/forecast/interval.ts';
import type { Series } from '../../../lib/forecast/model.ts';
import { prepareHistory } from '../../../lib/forecast/prepare/prepare-history.ts';
import { anySeries, hourly, NONSENSE, regular } from './series-arbitraries.ts';

const HORIZON = 30;

/** What every forecast owes its caller, whatever the series. */
function expectSane(intervals: readonly Interval[], { values }: Series): void {
  const finite = values.filter((value) => Number.isFinite(value) && Math.abs(value) <= 1e150);
  const largest = Math.max(...finite.map(Math.abs));
  expect(intervals).toHaveLength(HORIZON);
  for (const { point, lower, upper, level } of intervals) {
    expect([point, lower, upper].every(Number.isFinite)).toBe(true);
    expect(lower).toBeLessThanOrEqual(point);
    expect(point).toBeLessThanOrEqual(upper);
    expect(level).toBe(0.9);
    // A log model may reach e^3 beyond the largest value, a range model three times: more is an explosion.
    expect(Math.abs(point)).toBeLessThanOrEqual(25 * largest + 1e-150);
    if (finite.every((value) => value >= 0)) expect(lower).toBeGreaterThanOrEqual(0);
  }
}

describe.each(components.map((model) => [model.name, model] as const))('%s', (_, model) => {
  const alone = ensemble({ horizon: HORIZON, models: [model] });

  it.each(NONSENSE)('makes something sane of %s', (_name, values) => {
    const series = hourly(values);
    expectSane(alone.fit(series).predict(HORIZON, 0.9), series);
  });

  it('makes something sane of anything', () => {
    fc.assert(
      fc.property(anySeries(), (values) => {
        fc.pre(values.some((value) => Math.abs(value) <= 1e150));
        const series = { ...hourly(values), seasons: [6, 24] };
        expectSane(alone.fit(series).predict(HORIZON, 0.9), series);
      }),
      { numRuns: 40 },
    );
  });

  it('knows nothing of what comes after the origin', () => {
    const { values, seasons } = prepareHistory(hourly(regular()));
    const trainingEnd = 400;
    const changed = values.map((value, t) => (t >= 430 ? value * 3 : value));
    const forecast = model.fit({ values, seasons, trainingEnd })?.forecast(430, HORIZON);
    // Scales and bounds may look at the whole history, so it is compared where those did not move.
    const blind = model.fit({ values: values.slice(0, 430), seasons, trainingEnd })?.forecast(430, HORIZON);
    expect(model.fit({ values: changed, seasons, trainingEnd }) === undefined).toBe(forecast === undefined);
    forecast?.forEach((value, ahead) => {
      expect(Math.abs(value - (blind?.[ahead] ?? 0))).toBeLessThanOrEqual(0.02 * value);
    });
  });

  it('gives the same answer to the same question', () => {
    const once = alone.fit(hourly(regular())).predict(HORIZON, 0.9);
    expect(alone.fit(hourly(regular())).predict(HORIZON, 0.9)).toEqual(once);
  });
});

it.each(NONSENSE)('all of them together make something sane of %s', (_name, values) => {
  const series = hourly(values);
  expectSane(ensemble({ horizon: HORIZON }).fit(series).predict(HORIZON, 0.9), series);
});

it.each([
  ['a constant', NONSENSE.find(([name]) => name === 'constant')?.[1], 7],
  ['zeros', NONSENSE.find(([name]) => name === 'all zeros')?.[1], 0],
  ['one value', NONSENSE.find(([name]) => name === 'one value')?.[1], 42],
])('all of them together go on with %s', (_name, values = [], expected) => {
  const predicted = ensemble({ horizon: HORIZON }).fit(hourly(values)).predict(HORIZON, 0.9);
  for (const { point } of predicted) expect(Math.abs(point - expected)).toBeLessThanOrEqual(1e-6 * expected);
});

it('refuses a series without a value, by name', () => {
  for (const values of [[], [Number.NaN], [Number.POSITIVE_INFINITY, Number.NaN]]) {
    expect(() => ensemble({ horizon: 5 }).fit(hourly(values))).toThrow(
      expect.objectContaining({ name: 'InvalidInput' }),
    );
  }
});
