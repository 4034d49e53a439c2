import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { SystemMetrics, SystemParts } from './system-metrics.ts';

export interface AlarmsProps extends Pick<SystemParts, 'stages' | 'workers'> {
  readonly metrics: SystemMetrics;
  /** @default - alarms change colour and tell nobody */
  readonly topic?: ITopic;
}

interface Watch {
  readonly metric: IMetric;
  readonly threshold: number;
  /** What it means and where to look; docs/operations.md has a section of the alarm's name. */
  readonly description: string;
  readonly periodCount?: number;
}

const PERIOD = Duration.minutes(5);
/** Longer than the schedule: in each there is a refresh. */
const REFRESH_PERIOD = Duration.hours(1);
/** Throttling comes and goes: only one that stays means that the plans and the account disagree. */
const STEADY_COUNT = 3;
const THROTTLES_MAX = 10;

/** CloudWatch takes at most this many metrics into one alarm. */
const ALARM_METRICS_MAX = 10;
/** One alarm for each way in which the system can stop doing its job; none for what it mends by itself. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.all = Object.entries(watches(props)).map(([name, watch]) => this.alarm(name, watch, props.topic));
  }

  private alarm(name: string, { metric, threshold, description, periodCount = 1 }: Watch, topic?: ITopic): Alarm {
    const alarm = new Alarm(this, name, {
      metric,
      threshold,
      evaluationPeriods: periodCount,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${description} Runbook: docs/operations.md#${name.toLowerCase().replace(/\d+$/, '')}`,
    });
    if (topic) alarm.addAlarmAction(new SnsAction(topic));
    return alarm;
  }
}

function watches({ metrics, stages, workers }: AlarmsProps): Readonly<Record<string, Watch>> {
  const sum = { statistic: 'Sum', period: PERIOD };
  return {
    RunFailed: {
      metric: metrics.metricFailed(sum),
      threshold: 1,
      description: 'A run ended without its result.',
    },
    ...summed(
      'StageFailed',
      [...stages.byName.values()].map((stage) => stage.metricErrors(sum)),
      {
        threshold: STEADY_COUNT,
        description: 'Stages fail again and again: retries hide single failures.',
      },
    ),
    ...summed(
      'WorkersThrottled',
      workers.pools.map(({ worker }) => worker.metricThrottles(sum)),
      {
        threshold: THROTTLES_MAX,
        periodCount: STEADY_COUNT,
        description: 'Slots are started that the account has no concurrency for.',
      },
    ),
    ReservationsStale: {
      metric: metrics.metricReserverErrors(sum),
      threshold: STEADY_COUNT,
      periodCount: STEADY_COUNT,
      description: 'The reserver fails: reservations no longer follow the plans.',
    },
    TableThrottled: {
      metric: metrics.metricTableThrottles(sum),
      threshold: THROTTLES_MAX,
      periodCount: STEADY_COUNT,
      description: 'The table cannot keep up: one partition takes too many writes.',
    },
    StartsFailed: {
      metric: metrics.metricStartsFailed(sum),
      threshold: 1,
      description: 'An upload or an event asked for a run that could not be started.',
    },
    ...summed('ZoneMismatch', metrics.metricZoneMismatches(sum), {
      threshold: 1,
      description: 'Workers run in another zone than their pool: losing one zone can stop two pools.',
    }),
    ForecastsDecayed: {
      metric: metrics.metricForecastDecay(),
      threshold: 1,
      description: 'Forecasts got worse than they were, or miss more often than they promise.',
    },
    RefreshFailed: {
      metric: metrics.metricRefreshFailures({ period: REFRESH_PERIOD }),
      threshold: 1,
      description: 'Profiles of some shard types are no longer refreshed, or those of all.',
    },
    TriggersLost: {
      metric: metrics.metricTriggersLost({ period: PERIOD }),
      threshold: 1,
      description: 'A schedule, an upload or an event could not start what it should.',
    },
  };
}

/** The sum over functions, cut to what one alarm can take: `StageFailed`, `StageFailed2`. */
function summed(
  name: string,
  metrics: readonly IMetric[],
  watch: Omit<Watch, 'metric'>,
): Readonly<Record<string, Watch>> {
  const groupCount = Math.ceil(metrics.length / ALARM_METRICS_MAX);
  const groups = Array.from({ length: groupCount }, (_, index) => {
    const group = metrics.slice(index * ALARM_METRICS_MAX, (index + 1) * ALARM_METRICS_MAX);
    const usingMetrics = Object.fromEntries(group.map((metric, position) => [`m${position}`, metric]));
    const metric = new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, period: PERIOD });
    return [index === 0 ? name : `${name}${index + 1}`, { ...watch, metric }] as const;
  });
  return Object.fromEntries(groups);
}
