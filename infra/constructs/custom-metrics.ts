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

/** Makes a metric of what the refresher says at its end: its log line is there anyway. */
export function countDecays(logGroup: ILogGroup): void {
  new MetricFilter(logGroup, 'Decayed', {
    logGroup,
    metricNamespace: NAMESPACE,
    metricName: DECAYED,
    filterPattern: FilterPattern.exists('$.response.decayedCount'),
    metricValue: '$.response.decayedCount',
  });
}

/** Shard types whose forecasts got worse than they were or than they promise, in the refresh of an hour that saw most. */
export function decayedForecasts(options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: DECAYED,
    statistic: 'Maximum',
    // Longer than the schedule: in each period there is a refresh.
    period: Duration.hours(1),
    ...options,
  });
}
