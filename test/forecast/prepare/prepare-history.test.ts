import { describe, expect, it } from 'vitest';
import { alignLevels } from '../../../lib/forecast/prepare/align-levels.ts';
import { alignNewLevel } from '../../../lib/forecast/prepare/align-new-level.ts';
import { cleanAnomalies } from '../../../lib/forecast/prepare/clean-anomalies.ts';
import { fillGaps } from '../../../lib/forecast/prepare/fill-gaps.ts';
import { prepareHistory } from '../../../lib/forecast/prepare/prepare-history.ts';
import { hourly, regular } from '../models/series-arbitraries.ts';

const SEASONS = [24, 168];

describe('fillGaps', () => {
  const gap = Number.NaN;

  it('bridges short gaps straight and goes on at the ends', () => {
    expect([...fillGaps([gap, 1, gap, gap, 4, gap], undefined)]).toEqual([1, 1, 2, 3, 4, 4]);
  });

  it('fills a long gap with the season before, at the start with the one after', () => {
    const season = [1, 2, 3, 4, 5, 6];
    expect([...fillGaps([...season, gap, gap, gap, gap, gap, gap, 9], 6)]).toEqual([...season, ...season, 9]);
    expect([...fillGaps([9, gap, gap, gap, gap, gap, ...season], 6)].slice(1, 6)).toEqual([2, 3, 4, 5, 6]);
  });
});

describe('cleanAnomalies', () => {
  it('replaces single spikes by about what belongs there, and nothing else', () => {
    const clean = Float64Array.from(regular());
    const spiked = clean.slice();
    const at = [250, 333, 420];
    for (const step of at) spiked[step] = 5 * (clean[step] ?? 0);
    const { values, anomalies } = cleanAnomalies(spiked, SEASONS);
    expect(anomalies).toEqual(at);
    for (const step of at) expect(Math.abs((values[step] ?? 0) / (clean[step] ?? 1) - 1)).toBeLessThan(0.3);
    expect([...values].filter((value, step) => value !== spiked[step])).toHaveLength(3);
  });

  it('leaves a shift of the level as it is', () => {
    const shifted = Float64Array.from(regular(), (value, step) => (step >= 400 ? 3 * value : value));
    const { values } = cleanAnomalies(shifted, SEASONS);
    // A few steps a day later may still look odd to the daily lag; the new level as such stays.
    const kept = [...values.subarray(400)].filter((value, step) => value === shifted[400 + step]);
    expect(kept.length).toBeGreaterThan(0.95 * (shifted.length - 400));
  });
});

describe('alignLevels', () => {
  it('lifts what was before a shift to the level after it', () => {
    const level = Float64Array.from(regular(700));
    const shifted = level.map((value, step) => (step < 660 ? value : 1.6 * value));
    const aligned = alignLevels(shifted, SEASONS);
    const factors = [...aligned.subarray(0, 640)].map((value, step) => value / (shifted[step] ?? 1));
    for (const factor of factors) expect(Math.abs(factor - 1.6)).toBeLessThan(0.1);
    expect([...aligned.subarray(665)]).toEqual([...shifted.subarray(665)]);
  });

  it('leaves weekends, trends and what can be 0 alone', () => {
    const plain = Float64Array.from(regular(700));
    expect(alignLevels(plain, SEASONS)).toEqual(plain);
    const trend = plain.map((value, step) => value * (1 + step / 700));
    expect(alignLevels(trend, SEASONS)).toEqual(trend);
    const zeros = plain.map((value, step) => (step < 660 ? value : 0));
    expect(alignLevels(zeros, SEASONS)).toEqual(zeros);
  });
});

describe('alignNewLevel', () => {
  const plain = Float64Array.from(regular(700));
  const from = (at: number, change: (value: number) => number) =>
    plain.map((value, step) => (step < at ? value : change(value)));

  it.each([
    ['a fall to next to nothing, half a day ago', 688, (value: number) => value / 50],
    ['a rise to three times as much, four steps ago', 696, (value: number) => 3 * value],
    ['a fall below 0, three days ago', 628, (value: number) => value - 1_000],
  ])('moves what was before to the level of %s', (_name, at, change) => {
    const moved = alignNewLevel(from(at, change), SEASONS);
    // The middle of four values with 5 % of noise is known within 3 %, three of them; near 0 logs are lifted by 2 % of the mean.
    for (let step = 0; step < at; step += 1) {
      const [was = 0, wanted] = [plain[step], change(plain[step] ?? 0)];
      expect(Math.abs((moved[step] ?? 0) - wanted)).toBeLessThan(Math.max(0.09 * Math.abs(wanted), 0.025 * was));
    }
    expect([...moved.subarray(at)]).toEqual([...plain.subarray(at).map(change)]);
  });

  it.each([
    ['three steps of it, which may be a spike', from(697, (value) => 5 * value)],
    ['a level within the range of before', from(690, (value) => 1.15 * value)],
    ['a level that has been there before', from(690, (value) => 5 * value).fill(5 * (plain[690] ?? 0), 300, 310)],
    ['a trend', plain.map((value, step) => value * (1 + step / 20))],
    ['a single value all along', new Float64Array(700).fill(7)],
    ['less than two seasons before the step', from(40, (value) => 5 * value).subarray(0, 60)],
  ])('leaves alone %s', (_name, values) => {
    expect(alignNewLevel(values, SEASONS)).toBe(values);
  });

  it('leaves alone what has no season', () => {
    const shifted = from(690, (value) => 5 * value);
    expect(alignNewLevel(shifted, [])).toBe(shifted);
  });
});

describe('prepareHistory', () => {
  it('drops seasons that were not seen twice, and says where anomalies were in the series as given', () => {
    const spiked = regular(300).map((value, step) => (step === 280 ? 9 * value : value));
    const { seasons, anomalies, nonNegative } = prepareHistory(hourly([Number.NaN, Number.NaN, ...spiked]));
    expect(seasons).toEqual([24]);
    expect(anomalies).toEqual([282]);
    expect(nonNegative).toBe(true);
  });
});
