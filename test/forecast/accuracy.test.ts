import { expect, it } from 'vitest';
import { accuracy } from '../../lib/forecast/accuracy.ts';
import type { Forecast } from '../../lib/forecast/forecast.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const about = (point: number) => ({ point, lower: point - 100, upper: point + 100, level: 0.9 });
const need = (point: number) => ({
  cpuMs: about(1),
  durationMs: about(point),
  memoryMiB: about(1),
  ioMs: about(1),
  networkBytes: about(1),
});
const forecast: Forecast = {
  madeAt: 0,
  level: 0.9,
  types: [],
  shards: [
    { shard: 'a/0', need: need(1_000) },
    { shard: 'a/1', need: need(1_000) },
    { shard: 'a/2', need: need(1_000) },
  ],
};

it('takes the middle error and the share inside, of committed shards that had a prediction', () => {
  const attempts = [
    anAttempt({ shard: 'a/0', durationMs: 1_050 }),
    anAttempt({ shard: 'a/1', durationMs: 1_100 }),
    anAttempt({ shard: 'a/2', durationMs: 1_300 }),
    anAttempt({ shard: 'a/2', durationMs: 9_000, outcome: 'failed' }),
    anAttempt({ shard: 'a/2.1', durationMs: 9_000 }),
  ];
  expect(accuracy(forecast, attempts)).toEqual({ medianAbsoluteErrorMs: 100, coverage: 2 / 3, level: 0.9 });
});

it('is zero and not NaN where nothing committed', () => {
  expect(accuracy(forecast, [])).toEqual({ medianAbsoluteErrorMs: 0, coverage: 0, level: 0.9 });
});
