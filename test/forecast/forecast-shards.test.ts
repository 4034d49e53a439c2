import { describe, expect, it } from 'vitest';
import { Forecast } from '../../lib/forecast/forecast.ts';
import { type ForecastRequest, forecastShards } from '../../lib/forecast/forecast-shards.ts';
import type { Profile, Sample } from '../../lib/profile/profile.ts';
import { aSample } from './a-sample.ts';

const NOW = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

function profileOf(type: string, samples: readonly Sample[]): Profile {
  return { type, samples: [...samples], committedCount: samples.length, failedCount: 0, failures: [] };
}

function request(changes: Partial<ForecastRequest>): ForecastRequest {
  return {
    shards: [],
    profiles: new Map(),
    estimates: new Map(),
    now: NOW,
    horizonMs: 3 * HOUR_MS,
    level: 0.9,
    context: {},
    ...changes,
  };
}

function shard(type: string, bytes: number, index = 0) {
  return { id: `clean/${index}`, operation: 'clean', type, bytes };
}

/** Ten shards an hour for the last 100 hours, twice as slow where `slow` says so. */
function history(
  slow: (hoursAgo: number, sample: number) => boolean,
  context: (sample: number) => Sample['context'] = () => ({}),
) {
  return Array.from({ length: 400 }, (_, index) => {
    const hoursAgo = Math.floor((400 - index) / 4) + 1;
    const durationMs = slow(hoursAgo, index) ? 2_000 : 1_000;
    return aSample({
      run: `run-${hoursAgo}`,
      shard: `x/${index}`,
      startedAt: NOW - hoursAgo * HOUR_MS,
      durationMs,
      context: context(index),
    });
  });
}

describe('forecastShards', () => {
  it("is wide without knowledge, narrower with the author's, narrower with relatives' and narrowest with its own", () => {
    const samples = Array.from({ length: 40 }, (_, index) =>
      aSample({ shard: `x/${index}`, durationMs: 990 + (index % 21) }),
    );
    const widths = [
      request({}),
      request({ estimates: new Map([['clean', { cpuSeconds: 1 }]]) }),
      request({ profiles: new Map([['clean@0', profileOf('clean@0', samples)]]) }),
      request({ profiles: new Map([['clean@1', profileOf('clean@1', samples)]]) }),
    ].map((one) => {
      const forecast = Forecast.parse(forecastShards({ ...one, shards: [shard('clean@1', 1_000_000)] }));
      const { lower, upper } = forecast.shards[0]?.need.durationMs ?? { lower: 0, upper: 0 };
      return { origin: forecast.types[0]?.origin, ratio: upper / lower };
    });
    expect(widths.map(({ origin }) => origin)).toEqual(['prior', 'prior', 'relatives', 'profile']);
    const ratios = widths.map(({ ratio }) => ratio);
    expect(ratios).toEqual([...ratios].sort((a, b) => b - a));
    expect(new Set(ratios).size).toBe(4);
  });

  it("shares the author's CPU seconds among the shards by their bytes", () => {
    const shards = [shard('new@1', 300, 0), shard('new@1', 100, 1)];
    const forecast = forecastShards(request({ shards, estimates: new Map([['clean', { cpuSeconds: 40 }]]) }));
    expect(forecast.shards.map(({ need }) => need.cpuMs.point)).toEqual([30_000, 10_000]);
    const even = forecastShards(
      request({
        shards: shards.map((one) => ({ ...one, bytes: 0 })),
        estimates: new Map([['clean', { cpuSeconds: 40 }]]),
      }),
    );
    expect(even.shards.map(({ need }) => need.cpuMs.point)).toEqual([20_000, 20_000]);
  });

  it('follows a slowdown of the last hours, and an hour of the day that is always slow', () => {
    const drifted = forecastShards(
      request({
        shards: [shard('clean@1', 1_000_000)],
        profiles: new Map([
          [
            'clean@1',
            profileOf(
              'clean@1',
              history((hoursAgo) => hoursAgo <= 20),
            ),
          ],
        ]),
      }),
    );
    expect(drifted.shards[0]?.need.durationMs.point).toBeGreaterThan(1_300);

    // The 24th hour before now, and each day's same hour, was slow: so will be the present one.
    const daily = forecastShards(
      request({
        shards: [shard('clean@1', 1_000_000)],
        profiles: new Map([
          [
            'clean@1',
            profileOf(
              'clean@1',
              history((hoursAgo) => hoursAgo % 24 === 0),
            ),
          ],
        ]),
      }),
    );
    const [now, next] = daily.types[0]?.rate ?? [];
    expect(now?.point).toBeCloseTo(1, 12);
    expect(next?.point).toBeLessThan(0.85);
    expect(daily.types[0]?.rate).toHaveLength(3);
  });

  it('learns a factor of the context that helps, and ignores one that does not', () => {
    const context = (index: number) => ({
      region: index % 3 === 0 ? 'far' : 'near',
      colour: index % 2 === 0 ? 'red' : 'blue',
    });
    const profiles = new Map([
      [
        'clean@1',
        profileOf(
          'clean@1',
          history((_, index) => index % 3 === 0, context),
        ),
      ],
    ]);
    const point = (of: Sample['context']) =>
      forecastShards(request({ shards: [shard('clean@1', 1_000_000)], profiles, context: of })).shards[0]?.need
        .durationMs.point ?? 0;
    expect(point({ region: 'far' }) / point({ region: 'near' })).toBeGreaterThan(1.7);
    expect(point({ colour: 'red' })).toBe(point({ colour: 'blue' }));
    expect(point({ region: 'never seen' })).toBe(point({}));
  });

  it('gives one need for each shard, in their order, the types in code unit order', () => {
    const shards = [shard('b@1', 5, 2), shard('a@1', 1, 0), shard('b@1', 0, 1)];
    const forecast = forecastShards(request({ shards }));
    expect(forecast.shards.map((one) => one.shard)).toEqual(['clean/2', 'clean/0', 'clean/1']);
    expect(forecast.types.map(({ type }) => type)).toEqual(['a@1', 'b@1']);
  });
});
