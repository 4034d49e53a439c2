import { describe, expect, it } from 'vitest';
import { forecastIngress } from '../../lib/forecast/forecast-ingress.ts';

const guess = { point: 100, lower: 50, upper: 200, level: 0.9 };
const ingress = { expected: [guess, guess, guess, guess], stepMs: 1_000, level: 0.9 };

describe('forecastIngress', () => {
  it('keeps what was expected before the run until three steps are seen', () => {
    expect(forecastIngress({ ...ingress, seen: [900, 900] })).toEqual(ingress.expected);
    expect(forecastIngress({ ...ingress, seen: [900, 900, 900] })[0]?.point).toBeCloseTo(900, 0);
  });

  it('follows what arrives, with an interval that is never below nothing', () => {
    const seen = [10, 14, 8, 12, 11, 9, 13, 10, 300, 310, 290, 305];
    const forecast = forecastIngress({ ...ingress, seen });
    expect(forecast).toHaveLength(4);
    for (const { lower, point, upper, level } of forecast) {
      expect(point).toBeGreaterThan(10);
      expect(lower).toBeGreaterThanOrEqual(0);
      expect(upper).toBeGreaterThanOrEqual(point);
      expect(level).toBe(0.9);
    }
    expect(forecast.at(-1)?.upper).toBeGreaterThan(290);
  });

  it('expects beyond its horizon what it expects at the end of it', () => {
    const far = forecastIngress({ ...ingress, expected: Array.from({ length: 300 }, () => guess), seen: [5, 5, 5, 5] });
    expect(far).toHaveLength(300);
    expect(far[299]).toEqual(far[239]);
  });

  it('has nothing to say when no step is to come', () => {
    expect(forecastIngress({ ...ingress, expected: [], seen: [1, 2, 3, 4] })).toEqual([]);
  });
});
