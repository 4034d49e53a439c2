import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drift } from '../../examples/extending/drift.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';
import { blended, coldStart } from '../../lib/forecast/cold-start.ts';
import { dayShape } from '../../lib/forecast/day-shape.ts';
import { forecastLoad, type OutlookOptions } from '../../lib/forecast/forecast-load.ts';

const START = Date.UTC(2026, 10, 2);
const options: OutlookOptions = { level: 0.9, timeZone: 'UTC', holidays: [], network: undefined, shapes: [] };

/** Busy in the afternoon, five to one. */
const daily = (hour: number) => 3 + 2 * Math.cos((2 * Math.PI * (hour - 14)) / 24);

function hours(count: number, of: (hour: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, hour) => of(hour));
}

describe('coldStart', () => {
  it('adds up to 1, and never jumps but where the network begins to be heard', () => {
    fc.assert(
      fc.property(fc.nat(800), fc.boolean(), fc.boolean(), (count, hasPool, hasLstm) => {
        const [now, next] = [count, count + 1].map((at) => coldStart(at, { hasPool, hasLstm }));
        expect((now?.pool ?? 0) + (now?.lstm ?? 0) + (now?.ensemble ?? 0)).toBeCloseTo(1, 12);
        expect(Math.abs((now?.pool ?? 0) - (next?.pool ?? 0))).toBeLessThan(0.011);
        if (count !== 47) expect(Math.abs((now?.lstm ?? 0) - (next?.lstm ?? 0))).toBeLessThan(0.025);
      }),
    );
  });

  it('hands over from other types to the network to the ensemble', () => {
    const all = { hasPool: true, hasLstm: true };
    expect(coldStart(0, all)).toEqual({ pool: 1, lstm: 0, ensemble: 0 });
    expect(coldStart(48, all)).toEqual({ pool: 0.5, lstm: 0.5, ensemble: 0 });
    expect(coldStart(288, all)).toEqual({ pool: 0, lstm: 0.5, ensemble: 0.5 });
    expect(coldStart(504, all)).toEqual({ pool: 0, lstm: 0, ensemble: 1 });
    expect(coldStart(60, { hasPool: false, hasLstm: false }).ensemble).toBe(1);
  });
});

describe('blended', () => {
  it('takes each end by its share', () => {
    const path = (point: number) => [{ point, lower: point - 1, upper: point + 3, level: 0.9 }];
    expect(
      blended([
        { share: 0.25, path: path(0) },
        { share: 0.75, path: path(8) },
      ]),
    ).toEqual([{ point: 6, lower: 5, upper: 9, level: 0.9 }]);
  });
});

describe('forecastLoad', { timeout: 60_000 }, () => {
  it('forecasts a new type in the shape of the others, at a level between theirs and its own', () => {
    const shape = dayShape(hours(72, daily), { firstHour: 0, level: 0.9 });
    if (!shape) throw new Error('no shape');
    const outlook = forecastLoad(
      { values: hours(6, (hour) => 3 * daily(hour)), startedAt: START, factors: [] },
      { ...options, shapes: [shape] },
    );
    expect(outlook.says.pool).toBeGreaterThan(0.9);
    const at = (hour: number) => outlook.hours[hour - 6]?.point ?? 0;
    expect(at(14) / at(26)).toBeGreaterThan(3);
    // A type three times as busy is known for six hours, which is what the others' level counts: halfway at most.
    expect(at(14)).toBeGreaterThan(daily(14));
    expect(at(14)).toBeLessThan(3 * daily(14));
  });

  it('finds the time of day at which a load peaks, and what a forecast gains by it', () => {
    const random = seededRandom(5);
    const values = hours(28 * 24, (hour) => daily(hour) + 0.4 * standardNormal(random));
    const { factors, hours: ahead, members } = forecastLoad({ values, startedAt: START, factors: [] }, options);
    const [strongest] = factors;
    expect(strongest?.factor).toMatch(/^time of day, peak 1[345]:00$/);
    expect(strongest?.effect).toBeGreaterThan(0.5);
    expect(strongest?.p).toBeLessThan(1e-6);
    expect(strongest?.gain).toBeTypeOf('number');
    expect(factors.filter(({ p, factor }) => p < 0.01 && !factor.startsWith('time of day'))).toEqual([]);
    expect(ahead).toHaveLength(48);
    expect(ahead.every(({ point, upper }) => Number.isFinite(point) && upper >= point)).toBe(true);
    expect(members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  it('hears models of the user beside those that come along', () => {
    const values = hours(10 * 24, (hour) => 5 + hour);
    const { members } = forecastLoad({ values, startedAt: START, factors: [] }, { ...options, models: [drift] });
    expect(members.find(({ name }) => name === 'drift')?.weight).toBeGreaterThan(0.02);
    const without = forecastLoad({ values, startedAt: START, factors: [] }, options).members;
    expect(without.map(({ name }) => name)).not.toContain('drift');
  });

  it('finds a factor that goes two hours ahead, and none in chance', () => {
    const random = seededRandom(7);
    const activity = hours(20 * 24, () => 10 + 2 * standardNormal(random));
    const chance = hours(20 * 24, () => standardNormal(random));
    const values = hours(20 * 24, (hour) => 20 + (activity[hour - 2] ?? 10) + standardNormal(random));
    const factors = [
      { name: 'context.activity', values: activity },
      { name: 'context.chance', values: chance },
    ];
    const found = forecastLoad({ values, startedAt: START, factors }, options).factors;
    expect(found[0]).toMatchObject({ factor: 'context.activity', lag: 2 });
    expect(found[0]?.p).toBeLessThan(1e-6);
    expect(found.find(({ factor }) => factor === 'context.chance')?.p).toBeGreaterThan(0.05);
  });

  it('finds a weekday and holidays', () => {
    const random = seededRandom(9);
    const holidays = ['2026-11-11', '2026-11-18', '2026-11-26'];
    const off = new Set(holidays);
    const values = hours(42 * 24, (hour) => {
      const date = new Date(START + hour * 3_600_000);
      const day = date.toISOString().slice(0, 10);
      return 10 + (date.getUTCDay() === 1 ? 3 : 0) - (off.has(day) ? 6 : 0) + 0.5 * standardNormal(random);
    });
    const { factors } = forecastLoad({ values, startedAt: START, factors: [] }, { ...options, holidays });
    const found = (kind: string) => factors.find(({ factor }) => factor.startsWith(kind));
    expect(found('holiday')?.effect).toBeLessThan(-0.2);
    expect(found('holiday')?.p).toBeLessThan(0.001);
    expect(found('day of week')).toMatchObject({ factor: 'day of week, Monday' });
    expect(found('day of week')?.p).toBeLessThan(0.001);
  });
});
