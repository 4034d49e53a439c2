import { type IMetric, MathExpression, type Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { REGIONAL } from '../../lib/plan/pool.ts';
import { decayedForecasts, failedRefreshes, zoneMismatches } from './custom-metrics.ts';
import type { StageFunctions } from './stage-functions.ts';
import type { Starter } from './starter.ts';
import type { StateMachines } from './state-machines.ts';
import type { Store } from './store.ts';
import { TelemetryMetrics } from './telemetry-metrics.ts';
import type { WorkerPools } from './worker-pools.ts';

/** What a stack is made of, as far as there is something to measure at it. */
export interface SystemParts {
  readonly machines: StateMachines;
  readonly starter: Starter;
  readonly stages: StageFunctions;
  readonly workers: WorkerPools;
  readonly store: Store;
  readonly deadLetters: IQueue;
}

const TABLE_OPERATIONS = [
  Operation.GET_ITEM,
  Operation.PUT_ITEM,
  Operation.UPDATE_ITEM,
  Operation.QUERY,
  Operation.BATCH_WRITE_ITEM,
] as const;

/** What AWS measures at the stack, and what its logs say: one for each alarm, and more. */
export abstract class SystemMetrics extends TelemetryMetrics {
  protected abstract readonly parts: SystemParts;

  protected get places(): readonly string[] {
    return [...this.parts.workers.zones, REGIONAL];
  }

  /** Runs that were started. */
  metricStarted(options?: MetricOptions): Metric {
    return this.parts.machines.workflow.metricStarted(options);
  }

  /** Runs that ended with their result. */
  metricSucceeded(options?: MetricOptions): Metric {
    return this.parts.machines.workflow.metricSucceeded(options);
  }

  /** Runs that ended without it. */
  metricFailed(options?: MetricOptions): Metric {
    return this.parts.machines.workflow.metricFailed(options);
  }

  /** How long a run takes. */
  metricTime(options?: MetricOptions): Metric {
    return this.parts.machines.workflow.metricTime(options);
  }

  /** Uploads and events that asked for a run which could not be started. */
  metricStartsFailed(options?: MetricOptions): Metric {
    return this.parts.starter.resource.metricFailed(options);
  }

  /** Calls of schedules, uploads and events that were lost after all retries, and lie in the queue. */
  metricTriggersLost(options?: MetricOptions): Metric {
    return this.parts.deadLetters.metricApproximateNumberOfMessagesVisible(options);
  }

  /** Failures of stages, over all of them; most are retried. */
  metricStageErrors(options?: MetricOptions): MathExpression {
    return sumOf([...this.parts.stages.byName.values()].map((stage) => stage.metricErrors(options)));
  }

  /** Failures of the reserver: reservations no longer follow the plans. */
  metricReserverErrors(options?: MetricOptions): Metric {
    return this.parts.stages.get('reserver').metricErrors(options);
  }

  /** Calls of workers for which there was no concurrency, over all pools. */
  metricWorkerThrottles(options?: MetricOptions): MathExpression {
    return sumOf(this.parts.workers.pools.map(({ worker }) => worker.metricThrottles(options)));
  }

  /** Workers that run at once, over all pools. */
  metricConcurrentWorkers(options?: MetricOptions): MathExpression {
    const maximum = { statistic: 'Maximum', ...options };
    return sumOf(this.parts.workers.pools.map(({ worker }) => worker.metric('ConcurrentExecutions', maximum)));
  }

  /** Attempts that ran in another zone than their pool's, by zone; none when there are regional pools alone. */
  metricZoneMismatches(options?: MetricOptions): readonly Metric[] {
    return zoneMismatches(this.parts.workers.zones, options);
  }

  /** Requests that the table refused because they were too many. */
  metricTableThrottles(options?: MetricOptions): IMetric {
    const { table } = this.parts.store;
    return table.metricThrottledRequestsForOperations({ ...options, operations: [...TABLE_OPERATIONS] });
  }

  /** Shard types whose forecasts got worse than they were, or than they promise. */
  metricForecastDecay(options?: MetricOptions): Metric {
    return decayedForecasts(options);
  }

  /** Shard types whose series or forecast could not be made anew, and refreshes that broke off. */
  metricRefreshFailures(options?: MetricOptions): MathExpression {
    const brokenOff = this.parts.machines.refresh.metricFailed({ statistic: 'Sum', ...options });
    return sumOf([failedRefreshes(options), brokenOff], options);
  }
}

function sumOf(metrics: readonly IMetric[], { period }: MetricOptions = {}): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, ...(period && { period }) });
}
