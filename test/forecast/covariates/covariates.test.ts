import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { standardNormal } from '../../../lib/core/standard-normal.ts';
import { calendarCovariates } from '../../../lib/forecast/covariates/calendar-covariates.ts';
import type { Covariate } from '../../../lib/forecast/covariates/covariate.ts';
import { ensemble } from '../../../lib/forecast/ensemble.ts';
import type { FittedModel } from '../../../lib/forecast/model.ts';
import { hourly } from '../models/series-arbitraries.ts';

const HOUR_MS = 3_600_000;
const HORIZON = 24;
const LENGTH = 24 * 42;

/** Work that comes in bursts without any rhythm: the series alone cannot know of them. */
function bursts(seed: number, length: number): readonly number[] {
  const random = seededRandom(seed);
  let left = 0;
  return Array.from({ length }, () => {
    if (left > 0) left -= 1;
    else if (random() < 0.03) left = 6;
    return left > 0 ? 60 : 0;
  });
}

function dayAndNoise(seed: number, length: number): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length }, (_, t) => 100 + 30 * Math.sin((2 * Math.PI * t) / 24) + 3 * standardNormal(random));
}

/** Fits to all but the last day, with the covariates and without. */
function compare(all: readonly number[], covariates: readonly Covariate[], startedAt = 0) {
  const known = { ...hourly(all.slice(0, -HORIZON)), startedAt };
  const truth = all.slice(-HORIZON);
  const model = ensemble({ horizon: HORIZON });
  const fitted = model.fit({ ...known, covariates });
  const errorOf = (fit: FittedModel) =>
    fit.predict(HORIZON, 0.9).reduce((sum, { point }, step) => sum + Math.abs(point - (truth[step] ?? 0)), 0);
  return { gains: fitted.covariates, members: fitted.members, ratio: errorOf(fitted) / errorOf(model.fit(known)) };
}

describe('covariates of the ensemble', () => {
  // With bursts in the last day, which is the one that is predicted.
  const activity = bursts(5, LENGTH);

  it('halves the error at least where scheduled activity moves the series', () => {
    const all = dayAndNoise(1, LENGTH).map((value, t) => value + (activity[t - 2] ?? 0));
    const scheduled = { name: 'activity', columns: [activity], knownAhead: true, lags: [2] };
    const { gains, members, ratio } = compare(all, [scheduled]);
    expect(gains).toEqual([{ name: 'activity', gain: expect.any(Number), kept: true }]);
    expect(gains[0]?.gain).toBeGreaterThan(0.5);
    expect(members.some(({ name }) => name.endsWith('with covariates'))).toBe(true);
    expect(ratio).toBeLessThan(0.5);
  });

  it('forecasts what is not known ahead, in the validation too: bursts that nobody can foresee are worth little', () => {
    const all = dayAndNoise(1, LENGTH).map((value, t) => value + (activity[t] ?? 0));
    const [unknown, known] = [false, true].map((knownAhead) =>
      compare(all, [{ name: 'activity', columns: [activity], knownAhead }]),
    );
    expect(known?.gains[0]?.kept).toBe(true);
    expect(unknown?.gains[0]?.gain).toBeLessThan((known?.gains[0]?.gain ?? 0) / 5);
  });

  it('uses activity that goes a day ahead, though nothing is known of its future', () => {
    const all = dayAndNoise(1, LENGTH).map((value, t) => value + (activity[t - HORIZON] ?? 0));
    const measured = { name: 'activity', columns: [activity.slice(0, -HORIZON)], knownAhead: false, lags: [HORIZON] };
    const { gains, ratio } = compare(all, [measured]);
    expect(gains[0]?.kept).toBe(true);
    expect(ratio).toBeLessThan(0.5);
  });

  it('drops what has nothing to do with the series, and then predicts as if it were not there', () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const all = dayAndNoise(seed, LENGTH).map((value, t) => value + (activity[t] ?? 0));
      const random = seededRandom(1_000 + seed);
      const noise = Array.from({ length: LENGTH }, () => standardNormal(random));
      const { gains, ratio } = compare(all, [
        { name: 'noise', columns: [noise], knownAhead: true, lags: [0, 1, 24] },
        { name: 'other bursts', columns: [bursts(seed + 50, LENGTH)], knownAhead: true },
      ]);
      expect(gains.filter(({ kept }) => kept)).toEqual([]);
      expect(ratio).toBe(1);
    }
  });

  it('leaves out a covariate that is shorter than the series or has no value', () => {
    const all = dayAndNoise(1, LENGTH);
    const short = { name: 'short', columns: [activity.slice(0, 100)], knownAhead: true };
    const empty = { name: 'empty', columns: [activity.map(() => Number.NaN)], knownAhead: true };
    expect(compare(all, [short, empty]).gains).toEqual([]);
  });
});

describe('calendarCovariates', () => {
  // A Monday.
  const startedAt = Date.UTC(2026, 8, 21);
  const berlin = { startedAt, stepMs: HOUR_MS, stepCount: LENGTH, timeZone: 'Europe/Berlin' };

  it('knows weekday and hour where the users live, on both sides of the night in which clocks are set back', () => {
    const covariates = calendarCovariates({ ...berlin, holidays: ['2026-10-25'] });
    const columnsOf = (name: string) => covariates.find((one) => one.name === name)?.columns ?? [];
    const stepAt = (utc: number) => (utc - startedAt) / HOUR_MS;
    // 25 October 2026 began in Berlin at 22:00 UTC the day before, and had 25 hours.
    const [holiday = []] = columnsOf('holiday');
    expect(holiday.indexOf(1)).toBe(stepAt(Date.UTC(2026, 9, 24, 22)));
    expect(holiday.filter((value) => value === 1)).toHaveLength(25);
    const [sine = []] = columnsOf('local hour');
    expect(sine[stepAt(Date.UTC(2026, 9, 24, 4))]).toBeCloseTo(1, 9);
    expect(sine[stepAt(Date.UTC(2026, 9, 26, 5))]).toBeCloseTo(1, 9);
    const monday = columnsOf('weekday')[1] ?? [];
    expect(monday.slice(0, 24)).toEqual([...new Array<number>(22).fill(1), 0, 0]);
  });

  it('finds holidays in a series, and what the next one does to it', () => {
    const holidays = ['2026-09-29', '2026-10-08', '2026-10-14', '2026-10-22', '2026-10-27', '2026-11-01'];
    const covariates = calendarCovariates({ ...berlin, holidays });
    const [dayOff = []] = covariates.find(({ name }) => name === 'holiday')?.columns ?? [];
    const all = dayAndNoise(4, LENGTH).map((value, t) => value * (dayOff[t] === 1 ? 0.5 : 1));
    expect(dayOff.slice(-HORIZON).filter((value) => value === 1).length).toBeGreaterThan(20);
    const { gains, ratio } = compare(all, covariates, startedAt);
    expect(gains.find(({ name }) => name === 'holiday')?.kept).toBe(true);
    // Five days off are few: what they do is known to about a fifth.
    expect(ratio).toBeLessThan(0.7);
  });

  it('finds that a series follows the clocks of its users', () => {
    const after = { ...berlin, startedAt: Date.UTC(2026, 8, 20), holidays: [] };
    const covariates = calendarCovariates(after);
    const [sine = []] = covariates.find(({ name }) => name === 'local hour')?.columns ?? [];
    const random = seededRandom(6);
    const all = sine.map((value) => 100 + 60 * Math.max(0, value) ** 2 + standardNormal(random));
    const { gains } = compare(all, covariates, after.startedAt);
    expect(gains.find(({ name }) => name === 'local hour')?.kept).toBe(true);
  });

  it('refuses a zone that is none', () => {
    expect(() => calendarCovariates({ ...berlin, timeZone: 'Europe/Nowhere', holidays: [] })).toThrow(RangeError);
  });
});
