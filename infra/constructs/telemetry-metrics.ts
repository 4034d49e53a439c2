import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { runMetric, zoneMetrics } from './custom-metrics.ts';

/** The metrics that the functions themselves write, of runs and of zones. */
export abstract class TelemetryMetrics extends Construct {
  /** The zones of the workers, and where the regional pools are. */
  protected abstract get places(): readonly string[];

  /** The share of runs that met their deadline. */
  metricDeadlineMet(options?: MetricOptions): Metric {
    return runMetric('deadlineMet', { statistic: 'Average', ...options });
  }

  /** How much of its time a run took, of what its deadline allowed. */
  metricDeadlineUsed(options?: MetricOptions): Metric {
    return runMetric('deadlineUsedShare', { statistic: 'Average', ...options });
  }

  /** What shards took, over what was forecast for them: 1 is right. */
  metricForecastRatio(options?: MetricOptions): Metric {
    return runMetric('forecastRatio', { statistic: 'Average', ...options });
  }

  /** The share of shards whose duration lay inside its interval. */
  metricForecastCoverage(options?: MetricOptions): Metric {
    return runMetric('forecastCoverage', { statistic: 'Average', ...options });
  }

  /** Cuts of shards that were carried out. */
  metricReshards(options?: MetricOptions): Metric {
    return runMetric('reshardCount', { statistic: 'Sum', ...options });
  }

  /** Shards that were set aside after their attempts. */
  metricPoisonedShards(options?: MetricOptions): Metric {
    return runMetric('poisonedCount', { statistic: 'Sum', ...options });
  }

  /** What runs cost by list prices, in US dollars. */
  metricCost(options?: MetricOptions): Metric {
    return runMetric('costUsd', { statistic: 'Sum', ...options });
  }

  /** Slots that runs hold, by zone, the regional pools last. */
  metricHeldSlots(options?: MetricOptions): readonly Metric[] {
    return zoneMetrics('heldSlotCount', this.places, options);
  }

  /** Concurrency that is reserved for workers, by zone, the regional pools last. */
  metricReservedSlots(options?: MetricOptions): readonly Metric[] {
    return zoneMetrics('reservedSlotCount', this.places, options);
  }
}
