import { CloudWatchClient, type GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudwatchMetrics } from '../../../lib/adapters/aws/cloudwatch-metrics.ts';
import { metricBatches } from '../../../lib/adapters/aws/metric-batches.ts';

const MINUTE = 60_000;
const window = { from: 0, until: 3 * MINUTE, stepMs: MINUTE };
const series = [{ metric: 'durationMs', dimensions: { type: 'a@1' } }];

/** A CloudWatch that gives these answers one after the other; an error is thrown. */
function answering(answers: readonly unknown[]) {
  const asked: GetMetricDataCommand['input'][] = [];
  const client = new CloudWatchClient({ region: 'eu-central-1', maxAttempts: 1 });
  client.send = (async (command: GetMetricDataCommand) => {
    const answer = answers[asked.length];
    asked.push(command.input);
    if (answer instanceof Error) throw answer;
    return answer;
  }) as typeof client.send;
  return { metrics: cloudwatchMetrics(client), asked };
}

const result = (Id: string, minute: number, value: number, StatusCode = 'Complete') => ({
  Id,
  StatusCode,
  Timestamps: [new Date(minute * MINUTE)],
  Values: [value],
});

describe('CloudWatch as metrics', () => {
  it('joins the pages of one call: a query is partial until its last page', async () => {
    const { metrics, asked } = answering([
      { NextToken: 'more', MetricDataResults: [result('s0_Sum', 0, 5, 'PartialData'), result('s0_SampleCount', 0, 2)] },
      { MetricDataResults: [result('s0_Sum', 1, 7), result('s0_SampleCount', 1, 3)] },
    ]);
    expect(await metrics.read(series, window)).toEqual([
      [
        { at: 0, count: 2, sum: 5 },
        { at: MINUTE, count: 3, sum: 7 },
      ],
    ]);
    expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 'more']);
  });

  it.each(['PartialData', 'InternalError', 'Forbidden'])(
    'fails when a query ends as %s: a gap would be made',
    async (code) => {
      const { metrics } = answering([{ MetricDataResults: [result('s0_Sum', 0, 5, code)] }]);
      await expect(metrics.read(series, window)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    },
  );

  it('says that it was throttled', async () => {
    const throttling = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    const { metrics } = answering([throttling]);
    await expect(metrics.read(series, window)).rejects.toMatchObject({ name: 'Throttled' });
  });

  it('gives up on an endpoint whose pages never end', async () => {
    const { metrics } = answering(Array.from({ length: 1_001 }, () => ({ NextToken: 'more', MetricDataResults: [] })));
    await expect(metrics.read(series, window)).rejects.toThrow('1000 pages');
  });

  it('asks for every value of every series once, within the limits of a call', () => {
    const inputs = fc.record({
      count: fc.nat(1_200),
      steps: fc.nat(200_000),
      queryCount: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(inputs, ({ count, steps, queryCount }) => {
        const batches = metricBatches(count, { from: 0, until: steps * MINUTE, stepMs: MINUTE }, queryCount);
        const asked = new Map<number, number>();
        for (const { positions, window } of batches) {
          const stepCount = (window.until - window.from) / MINUTE;
          expect(positions.length * queryCount).toBeLessThanOrEqual(500);
          expect(positions.length * queryCount * stepCount).toBeLessThanOrEqual(100_800);
          for (const position of positions) asked.set(position, (asked.get(position) ?? 0) + stepCount);
        }
        expect(asked.size).toBe(steps === 0 ? 0 : count);
        expect([...asked.values()].every((stepCount) => stepCount === steps)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
