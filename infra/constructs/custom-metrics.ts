import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { NAMESPACE } from '../../lib/profile/emf.ts';

/** What the finisher says of a run: see lib/report/run-metrics.ts. */
export type RunMetricName =
  | 'deadlineMet'
  | 'deadlineUsedShare'
  | 'forecastRatio'
  | 'forecastCoverage'
  | 'reshardCount'
  | 'poisonedCount'
  | 'costUsd';

/** What the reserver says of a zone: see lib/plan/zone-metrics.ts. */
export type ZoneMetricName = 'heldSlotCount' | 'reservedSlotCount' | 'slotMax';

/** Over all runs that ended. */
export function runMetric(metricName: RunMetricName, options: MetricOptions): Metric {
  return new Metric({ namespace: NAMESPACE, metricName, ...options });
}

/** Zone by zone, at each look of the reserver. */
export function zoneMetrics(
  metricName: ZoneMetricName,
  zones: readonly string[],
  options: MetricOptions = {},
): readonly Metric[] {
  return zones.map(
    (zone) =>
      new Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { zone }, statistic: 'Maximum', ...options }),
  );
}

/** Attempts that ran in another zone than their pool's, zone by zone. */
export function zoneMismatches(zones: readonly string[], options: MetricOptions = {}): readonly Metric[] {
  return zones.map(
    (zone) =>
      new Metric({
        namespace: NAMESPACE,
        metricName: 'zoneMismatchCount',
        dimensionsMap: { zone },
        statistic: 'Sum',
        ...options,
      }),
  );
}

const DECAYED = 'decayedForecastCount';
const FAILED = 'failedRefreshCount';

/** Makes metrics of what the refresher says at its end: its log line is there anyway. */
export function countRefreshed(logGroup: ILogGroup): void {
  count(logGroup, 'Decayed', { metricName: DECAYED, field: '$.response.decayedCount' });
  count(logGroup, 'Failed', { metricName: FAILED, field: '$.response.failedCount' });
}

function count(
  logGroup: ILogGroup,
  id: string,
  { metricName, field }: { readonly metricName: string; readonly field: string },
): void {
  new MetricFilter(logGroup, id, {
    logGroup,
    metricNamespace: NAMESPACE,
    metricName,
    filterPattern: FilterPattern.exists(field),
    metricValue: field,
  });
}

/** Shard types whose forecasts got worse than they were or than they promise, in the refresh of an hour that saw most. */
export function decayedForecasts(options: MetricOptions = {}): Metric {
  return refreshMetric(DECAYED, options);
}

/** Shard types that could not be refreshed, in the call of an hour that saw most. */
export function failedRefreshes(options: MetricOptions = {}): Metric {
  return refreshMetric(FAILED, options);
}

function refreshMetric(metricName: string, options: MetricOptions): Metric {
  // Longer than the schedule: in each period there is a refresh.
  return new Metric({ namespace: NAMESPACE, metricName, statistic: 'Maximum', period: Duration.hours(1), ...options });
}
