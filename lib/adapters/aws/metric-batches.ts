import type { Window } from '../../profile/series/catch-up-windows.ts';

/** Queries that one GetMetricData call takes. */
const QUERY_MAX = 500;

/** Values that one GetMetricData call gives at most. */
const VALUE_MAX = 100_800;

/** What one GetMetricData call asks for. */
export interface MetricBatch {
  /** Places of the series in the list. */
  readonly positions: readonly number[];
  readonly window: Window;
}

/**
 * Cuts a reading of many series into calls within CloudWatch's limits: by series, and where one series alone is too
 * long, by time.
 *
 * @param queryCount queries that each series takes
 * @see Amazon CloudWatch User Guide, "CloudWatch service quotas"
 */
export function metricBatches(seriesCount: number, window: Window, queryCount: number): readonly MetricBatch[] {
  const { from, until, stepMs } = window;
  const longestMs = Math.floor(VALUE_MAX / queryCount) * stepMs;
  const windowCount = Math.max(0, Math.ceil((until - from) / longestMs));
  return Array.from({ length: windowCount }, (_, index) => {
    const start = from + index * longestMs;
    const part = { from: start, until: Math.min(until, start + longestMs), stepMs };
    const valueCount = Math.ceil((part.until - part.from) / stepMs) * queryCount;
    const size = Math.min(Math.floor(QUERY_MAX / queryCount), Math.floor(VALUE_MAX / valueCount));
    return Array.from({ length: Math.ceil(seriesCount / size) }, (_, batch) => ({
      positions: Array.from({ length: Math.min(size, seriesCount - batch * size) }, (_, at) => batch * size + at),
      window: part,
    }));
  }).flat();
}
