import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { NAMESPACE } from '../../lib/profile/emf.ts';

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
