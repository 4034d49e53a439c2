import type { MetricSeries } from '../../ports/metrics.ts';
import type { EmfRecord } from '../emf.ts';
import type { Bucket } from './bucket.ts';
import type { Window } from './catch-up-windows.ts';
import { gridStart } from './resolution.ts';

/**
 * Finds in EMF lines what CloudWatch would have made of them.
 *
 * @param records n records, in any order
 * @returns the series' buckets, ascending
 * @complexity O(n log n)
 */
export function bucketsOfRecords(
  records: readonly Pick<EmfRecord, '_aws'>[],
  { metric, dimensions }: MetricSeries,
  { from, until, stepMs }: Window,
): readonly Bucket[] {
  const buckets = new Map<number, Bucket>();
  for (const record of records) {
    const moment = record._aws.Timestamp;
    if (moment < from || moment >= until || !isOf(record, metric, dimensions)) continue;
    const value = Object(record)[metric];
    if (typeof value !== 'number') continue;
    const at = gridStart(moment, stepMs);
    const { count, sum } = buckets.get(at) ?? { count: 0, sum: 0 };
    buckets.set(at, { at, count: count + 1, sum: sum + value });
  }
  return [...buckets.values()].sort((a, b) => a.at - b.at);
}

/** A line has the metric, cut by exactly these dimensions, and these are its values. */
function isOf(record: Pick<EmfRecord, '_aws'>, metric: string, dimensions: MetricSeries['dimensions']): boolean {
  const wanted = Object.entries(dimensions);
  if (!wanted.every(([name, value]) => Object(record)[name] === value)) return false;
  return record._aws.CloudWatchMetrics.some(
    ({ Metrics, Dimensions }) =>
      Metrics.some(({ Name }) => Name === metric) &&
      Dimensions.some((set) => set.length === wanted.length && set.every((name) => name in dimensions)),
  );
}
