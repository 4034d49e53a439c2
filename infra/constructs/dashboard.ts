import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  PeriodOverride,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { REGIONAL } from '../../lib/plan/pool.ts';
import { NAMESPACE } from '../../lib/profile/emf.ts';
import { runMetric, zoneMetrics } from './custom-metrics.ts';
import type { StateMachines } from './state-machines.ts';
import type { Store } from './store.ts';
import type { WorkerPools } from './worker-pools.ts';

export interface DashboardProps {
  readonly name: string;
  readonly machines: StateMachines;
  readonly workers: WorkerPools;
  readonly store: Store;
  readonly alarms: readonly Alarm[];
}

const PERIOD = Duration.minutes(5);
const SUM = { statistic: 'Sum', period: PERIOD };
const WIDTH = 12;

/** One page: are runs fine and in time, do forecasts hold, what do shards need, how full are the pools, does the store keep up. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, machines, workers, store, alarms }: DashboardProps) {
    super(scope, id);
    const { workflow, slot } = machines;
    const places = [...workers.zones, REGIONAL];
    new CloudWatchDashboard(this, 'Resource', {
      dashboardName: name,
      periodOverride: PeriodOverride.AUTO,
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24 })],
        [
          graph('Runs', [workflow.metricStarted(SUM), workflow.metricSucceeded(SUM), workflow.metricFailed(SUM)]),
          graph('Time of a run', [
            workflow.metricTime({ statistic: 'p50' }),
            workflow.metricTime({ statistic: 'p95' }),
          ]),
        ],
        [
          graph('Runs in time, share', [runMetric('deadlineMet', { ...MEAN, label: 'met' })]),
          graph('Deadline used, share', [
            runMetric('deadlineUsedShare', { ...MEAN, label: 'mean' }),
            runMetric('deadlineUsedShare', { ...MAXIMUM, label: 'maximum' }),
          ]),
        ],
        [
          graph('Actual over forecast', [runMetric('forecastRatio', { ...MEAN, label: 'duration of shards' })]),
          graph('Shards inside their interval, share', [runMetric('forecastCoverage', { ...MEAN, label: 'coverage' })]),
        ],
        [
          graph('Slots held by zone', [...zoneMetrics('heldSlotCount', places), ...zoneMetrics('slotMax', places)]),
          graph('Reservations against use', [
            ...zoneMetrics('reservedSlotCount', places),
            ...zoneMetrics('heldSlotCount', places),
          ]),
        ],
        [
          graph('Re-shards and poisoned shards', [runMetric('reshardCount', SUM), runMetric('poisonedCount', SUM)]),
          graph('Cost of runs, USD', [runMetric('costUsd', SUM)]),
        ],
        [
          graph('Shard duration by type, median', [search('{%ns,type} MetricName="durationMs"', 'p50')]),
          graph('Start delay by type, p95', [search('{%ns,type} MetricName="startDelayMs"', 'p95')]),
        ],
        [
          graph('Shards by zone and outcome', [search('{%ns,outcome,zone} MetricName="durationMs"', 'SampleCount')]),
          graph(
            'Workers at once',
            workers.pools.map(({ worker }) => worker.metric('ConcurrentExecutions', MAXIMUM)),
          ),
        ],
        [
          graph(
            'Worker throttles',
            workers.pools.map(({ worker }) => worker.metricThrottles(SUM)),
          ),
          graph('Slots', [slot.metricStarted(SUM), slot.metricFailed(SUM), slot.metricAborted(SUM)]),
        ],
        [
          graph('Table units', [
            store.table.metricConsumedReadCapacityUnits(SUM),
            store.table.metricConsumedWriteCapacityUnits(SUM),
          ]),
          graph('Peak memory by type, maximum', [search('{%ns,type} MetricName="peakMemoryMiB"', 'Maximum')]),
        ],
      ],
    });
  }
}

const MEAN = { statistic: 'Average', period: PERIOD };
const MAXIMUM = { statistic: 'Maximum', period: PERIOD };

function graph(title: string, left: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...left], width: WIDTH });
}

/** Finds the metrics of every type or zone there is: they are not known when the stack is made. */
function search(schema: string, statistic: string): MathExpression {
  const expression = `SEARCH('${schema.replace('%ns', NAMESPACE)}', '${statistic}', ${PERIOD.toSeconds()})`;
  return new MathExpression({ expression, usingMetrics: {}, label: '', period: PERIOD });
}
