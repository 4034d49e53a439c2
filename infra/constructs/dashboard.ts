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
import { NAMESPACE } from '../../lib/profile/emf.ts';
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

/** One page: are runs fine, what do shards need, how full are the pools, does the store keep up. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, machines, workers, store, alarms }: DashboardProps) {
    super(scope, id);
    const { workflow, slot } = machines;
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

const MAXIMUM = { statistic: 'Maximum', period: PERIOD };

function graph(title: string, left: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...left], width: WIDTH });
}

/** Finds the metrics of every type or zone there is: they are not known when the stack is made. */
function search(schema: string, statistic: string): MathExpression {
  const expression = `SEARCH('${schema.replace('%ns', NAMESPACE)}', '${statistic}', ${PERIOD.toSeconds()})`;
  return new MathExpression({ expression, usingMetrics: {}, label: '', period: PERIOD });
}
