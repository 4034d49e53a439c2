import { expect, it } from 'vitest';
import { toEmf } from '../../lib/profile/emf.ts';
import { anAttempt } from './an-attempt.ts';

/** Limits of the Embedded Metric Format specification. */
const METRICS_MAX = 100;
const DIMENSIONS_MAX = 30;
const VALUE_LENGTH_MAX = 1_024;

it('stands whole in its log line', () => {
  for (const attempt of [
    anAttempt(),
    anAttempt({ zoneId: 'use1-az1', zoneMismatchCount: 1 }),
    anAttempt({ outcome: 'failed', error: 'OutOfMemory', context: { users: 7 } }),
  ]) {
    expect(JSON.parse(JSON.stringify(toEmf(attempt)))).toMatchObject(attempt);
  }
});

it('keeps within what CloudWatch accepts: every metric a number, every dimension a short text, at the moment it ended', () => {
  const record = toEmf(anAttempt({ startedAt: 1_700_000_000_000, durationMs: 1_500.4 }));
  expect(record._aws.Timestamp).toBe(1_700_000_001_500);
  const fields = new Map<string, unknown>(Object.entries(record));
  for (const { Namespace, Metrics, Dimensions } of record._aws.CloudWatchMetrics) {
    expect(Namespace).toBe('Foreshard');
    expect(Metrics.length).toBeLessThanOrEqual(METRICS_MAX);
    expect(Metrics.length).toBeGreaterThan(0);
    for (const { Name } of Metrics) expect(fields.get(Name), Name).toEqual(expect.any(Number));
    for (const set of Dimensions) {
      expect(set.length).toBeLessThanOrEqual(DIMENSIONS_MAX);
      for (const name of set) expect(String(fields.get(name)).length, name).toBeLessThanOrEqual(VALUE_LENGTH_MAX);
    }
  }
});

it('has no dimension that grows with runs or shards', () => {
  const names = toEmf(anAttempt())._aws.CloudWatchMetrics.flatMap(({ Dimensions }) => Dimensions.flat());
  expect(new Set(names)).toEqual(new Set(['type', 'zone', 'outcome']));
});

it('leaves the type out where its name is too long for a dimension', () => {
  const long = anAttempt({ type: Array.from({ length: 200 }, (_, step) => `step-${step}@1`).join('+') });
  expect(toEmf(long)._aws.CloudWatchMetrics.map(({ Dimensions }) => Dimensions)).toEqual([[['zone', 'outcome']]]);
  expect(toEmf(long).type).toBe(long.type);
});

it('counts a mismatch of zones where the zone is known, and names no metric that the line has not', () => {
  const names = (attempt: ReturnType<typeof anAttempt>) =>
    toEmf(attempt)._aws.CloudWatchMetrics.flatMap(({ Metrics, Dimensions }) =>
      Metrics.filter(({ Name }) => Name === 'zoneMismatchCount').map(() => Dimensions),
    );
  expect(names(anAttempt({ zoneMismatchCount: 0 }))).toEqual([[['zone']]]);
  expect(names(anAttempt())).toEqual([]);
});
