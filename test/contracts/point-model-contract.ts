import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, PointModel } from '../../lib/forecast/point-model.ts';

const histories: fc.Arbitrary<History> = fc
  .record({
    values: fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 120 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seasons: fc.constantFrom<readonly number[]>([], [7], [12, 24]),
  })
  .map(({ values, share, seasons }) => ({
    values: Float64Array.from(values),
    trainingEnd: Math.max(1, Math.ceil(share * values.length)),
    seasons,
  }));

/** What every forecasting model must do: finite forecasts from any moment, that know nothing of what comes after it. */
export function pointModelContract(model: PointModel): void {
  describe(`forecasting model: ${model.name}`, () => {
    it('forecasts as many finite values as it is asked for, from any moment, or says that it does not apply', () => {
      fc.assert(
        fc.property(histories, fc.nat(), fc.integer({ min: 1, max: 30 }), (history, pick, horizon) => {
          const origin = 1 + (pick % history.values.length);
          for (const forecaster of fitted(model, history)) {
            const forecast = forecaster.forecast(origin, horizon);
            expect(forecast).toHaveLength(horizon);
            expect(forecast.every(Number.isFinite)).toBe(true);
          }
        }),
      );
    });

    it('knows nothing of what comes after the moment that it forecasts from', () => {
      fc.assert(
        fc.property(histories, (history) => {
          const { trainingEnd } = history;
          const changed = history.values.map((value, at) => (at < trainingEnd ? value : value * 3 + 1));
          const forecast = model.fit(history)?.forecast(trainingEnd, 5);
          expect(model.fit({ ...history, values: changed })?.forecast(trainingEnd, 5)).toEqual(forecast);
        }),
      );
    });

    it('answers the same question in the same way, and leaves the history as it is', () => {
      fc.assert(
        fc.property(histories, (history) => {
          const before = history.values.slice();
          const forecasts = [1, 2].map(() => model.fit(history)?.forecast(history.values.length, 4));
          expect(forecasts[0]).toEqual(forecasts[1]);
          expect(history.values).toEqual(before);
        }),
      );
    });
  });
}

function fitted(model: PointModel, history: History) {
  const forecaster = model.fit(history);
  return forecaster ? [forecaster, forecaster.learnAll()] : [];
}
