import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { MetricSeries, Metrics } from '../../ports/metrics.ts';
import { NAMESPACE } from '../../profile/emf.ts';
import type { Bucket } from '../../profile/series/bucket.ts';
import type { Window } from '../../profile/series/catch-up-windows.ts';
import { metricBatches } from './metric-batches.ts';
import { serviceFault } from './service-fault.ts';

/** Attempts of one call, with full jitter between them. */
const ATTEMPT_MAX = 6;

/** A batch holds 100,800 values, a page at least 1: this many pages of one batch are an endpoint that goes in circles. */
const PAGE_MAX = 1_000;

const STATISTICS = ['SampleCount', 'Sum'] as const;

/**
 * Reads metrics from CloudWatch.
 *
 * @see Amazon CloudWatch API Reference, "GetMetricData"
 */
export function cloudwatchMetrics(
  client: CloudWatchClient = new CloudWatchClient({ maxAttempts: ATTEMPT_MAX }),
): Pick<Metrics, 'read'> {
  return {
    async read(series, window) {
      const found = series.map(() => new Map<number, Bucket>());
      for (const batch of metricBatches(series.length, window, STATISTICS.length)) {
        const queries = batch.positions.flatMap((position) => queriesOf(series[position], position, window.stepMs));
        for (const result of await resultsOf(client, queries, batch.window)) take(found, result, batch.window);
      }
      return found.map((buckets) => [...buckets.values()].sort((a, b) => a.at - b.at));
    },
  };
}

/** One query for each statistic: `s7_Sum` is the sum of series 7. */
function queriesOf(series: MetricSeries | undefined, position: number, stepMs: number): readonly MetricDataQuery[] {
  const Dimensions = Object.entries(series?.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: NAMESPACE, MetricName: series?.metric, Dimensions };
  return STATISTICS.map((Stat) => ({
    Id: `s${position}_${Stat}`,
    MetricStat: { Metric, Period: stepMs / 1_000, Stat },
  }));
}

async function resultsOf(
  client: CloudWatchClient,
  MetricDataQueries: readonly MetricDataQuery[],
  { from, until }: Window,
): Promise<readonly MetricDataResult[]> {
  const results: MetricDataResult[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGE_MAX; page += 1) {
    const command = new GetMetricDataCommand({
      MetricDataQueries: [...MetricDataQueries],
      StartTime: new Date(from),
      EndTime: new Date(until),
      ScanBy: 'TimestampAscending',
      ...(token !== undefined && { NextToken: token }),
    });
    const answer = await client.send(command).catch((error: unknown) => {
      throw serviceFault(error, `GetMetricData of ${MetricDataQueries.length} queries`);
    });
    results.push(...(answer.MetricDataResults ?? []));
    token = answer.NextToken;
    if (token === undefined) return whole(results);
  }
  throw new ForeshardError('StoreUnavailable', `GetMetricData gave ${PAGE_MAX} pages and no end; try again later`);
}

/** A result may be partial as long as more pages come; the newest word on each query is what counts. */
function whole(results: readonly MetricDataResult[]): readonly MetricDataResult[] {
  const last = new Map(results.map((result) => [result.Id, result]));
  for (const { Id, StatusCode, Messages } of last.values()) {
    if (StatusCode === undefined || StatusCode === 'Complete') continue;
    const why = Messages?.map(({ Value }) => Value).join('; ') || 'without a reason';
    throw new ForeshardError('StoreUnavailable', `GetMetricData left query '${Id}' ${StatusCode}, ${why}; try again`);
  }
  return results;
}

function take(found: readonly Map<number, Bucket>[], result: MetricDataResult, { from, until }: Window): void {
  const [, position, statistic] = /^s(\d+)_(\w+)$/.exec(result.Id ?? '') ?? [];
  const buckets = found[Number(position)];
  if (buckets === undefined) return;
  for (const [index, moment] of (result.Timestamps ?? []).entries()) {
    const at = moment.getTime();
    if (at < from || at >= until) continue;
    const value = result.Values?.[index] ?? 0;
    const bucket = buckets.get(at) ?? { at, count: 0, sum: 0 };
    buckets.set(at, statistic === 'Sum' ? { ...bucket, sum: value } : { ...bucket, count: value });
  }
}
