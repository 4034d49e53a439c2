import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';
import type { ArrivalForecast } from '../../lib/forecast/arrival-forecast.ts';
import { forecastArrivals } from '../../lib/forecast/forecast-arrivals.ts';
import type { FactorBuckets } from '../../lib/profile/series/factor-values.ts';

const STEP_MS = 300_000;
const DAY_MS = 86_400_000;
const startedAt = Date.UTC(2026, 4, 4);
const holidays = ['2026-05-06', '2026-05-09', '2026-05-13', '2026-05-15', '2026-05-18'];

/** Two weeks of four busy slots by day and one by night; a fifth of that on days off. */
function buckets() {
  const random = seededRandom(2);
  return Array.from({ length: (14 * DAY_MS) / STEP_MS }, (_, step) => {
    const at = startedAt + step * STEP_MS;
    const isOff = holidays.includes(new Date(at).toISOString().slice(0, 10));
    const busy =
      (2.5 - 1.5 * Math.cos((2 * Math.PI * at) / DAY_MS)) * (isOff ? 0.2 : 1) * Math.exp(0.05 * standardNormal(random));
    return { at, count: 1, sum: busy * STEP_MS };
  });
}

describe('forecastArrivals', () => {
  const asked = { type: 'x', buckets: buckets(), readUntil: startedAt + 14 * DAY_MS, level: 0.9 };

  it('expects little of a day off that the calendar names, and a usual morning without one', () => {
    const calendar = { timeZone: 'UTC', holidays };
    const [named, unnamed] = [forecastArrivals({ ...asked, calendar }), forecastArrivals(asked)];
    expect(named?.covariates.find(({ name }) => name === 'holiday')?.kept).toBe(true);
    expect(unnamed?.covariates).toEqual([]);
    const lastOf = (forecast: typeof named) => forecast?.busySlots.at(-1)?.point ?? Number.NaN;
    // At 06:00 a working day has 2.5 busy slots, a day off 0.5; four days off in two weeks tell about half of that.
    expect(lastOf(named)).toBeLessThan(1.5);
    expect(lastOf(unnamed)).toBeGreaterThan(2);
  });

  describe('with user activity, which brings its work an hour later', () => {
    const stepCount = (14 * DAY_MS) / STEP_MS;
    const at = (step: number) => startedAt + step * STEP_MS;
    const random = seededRandom(5);
    // A level of its own for each half hour: nothing before tells the next.
    const levels = Array.from({ length: stepCount / 6 + 2 }, () => 10 * random());
    const activity = (step: number) => levels[Math.floor(step / 6)] ?? 0;
    const busy = (step: number) => 1 + 0.3 * activity(step - 12) + 0.05 * standardNormal(random);
    const steps = Array.from({ length: stepCount }, (_, step) => step);
    const load = steps.map((step) => ({ at: at(step), count: 4, sum: busy(step) * STEP_MS }));
    const activities = steps.map((step) => ({ at: at(step), count: 4, sum: 4 * activity(step) }));
    const forecastWith = (factors: readonly FactorBuckets[]) =>
      forecastArrivals({ ...asked, buckets: load, factors }) ?? { busySlots: [], covariates: [] };
    const errorOf = ({ busySlots }: Pick<ArrivalForecast, 'busySlots'>) =>
      busySlots
        .slice(0, 12)
        .reduce((sum, { point }, step) => sum + Math.abs(point - 1 - 0.3 * activity(stepCount + step - 12)) / 12, 0);

    it('knows the next hour from the one before', () => {
      const [told, untold] = [forecastWith([{ name: 'context.activity', buckets: activities }]), forecastWith([])];
      expect(told.covariates).toMatchObject([{ name: 'context.activity', kept: true }]);
      expect(errorOf(told)).toBeLessThan(errorOf(untold) / 3);
    });

    it('leaves out what has nothing to do with the work, or was measured too seldom to tell', () => {
      const noise = steps.map((step) => ({ at: at(step), count: 1, sum: 10 * random() }));
      const { covariates } = forecastWith([
        { name: 'context.noise', buckets: noise },
        { name: 'context.never', buckets: [] },
      ]);
      expect(covariates).toMatchObject([{ name: 'context.noise', kept: false }]);
    });
  });
});
