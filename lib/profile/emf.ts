import { contextMetrics } from './context-metrics.ts';
import type { ShardAttempt } from './shard-attempt.ts';

/** The CloudWatch namespace of every metric. */
export const NAMESPACE = 'Foreshard';

/** One log line in CloudWatch's Embedded Metric Format. */
export interface EmfRecord extends ShardAttempt {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
}

/** CloudWatch knows no MiB: `Megabytes` is the nearest unit that it accepts. */
const METRICS = [
  { Name: 'durationMs', Unit: 'Milliseconds' },
  { Name: 'startDelayMs', Unit: 'Milliseconds' },
  { Name: 'cpuMs', Unit: 'Milliseconds' },
  { Name: 'ioMs', Unit: 'Milliseconds' },
  { Name: 'peakMemoryMiB', Unit: 'Megabytes' },
  { Name: 'bytesIn', Unit: 'Bytes' },
  { Name: 'bytesOut', Unit: 'Bytes' },
  { Name: 'networkBytes', Unit: 'Bytes' },
  { Name: 'recordsIn', Unit: 'Count' },
  { Name: 'recordsOut', Unit: 'Count' },
] as const;

/** Only of attempts whose zone is known: a metric without its value would lose the line. */
const ZONE_MISMATCH = {
  Namespace: NAMESPACE,
  Dimensions: [['zone']],
  Metrics: [{ Name: 'zoneMismatchCount', Unit: 'Count' }],
} as const;

/** Longest dimension value that CloudWatch takes; a longer one would lose the whole metric. */
const DIMENSION_LENGTH_MAX = 1_024;

/**
 * Turns an attempt into the log line that carries its metrics.
 *
 * Dimensions are bounded: types and zones are few, runs and shards are not and stay plain fields of the line. The
 * zone's metrics are cut by outcome, because a zone is judged by its error rate.
 */
export function toEmf(attempt: ShardAttempt): EmfRecord {
  const zoneHealth = ['zone', 'outcome'];
  const typeFits = attempt.type.length <= DIMENSION_LENGTH_MAX;
  const factors = typeFits ? contextMetrics(attempt.context) : {};
  return {
    _aws: {
      Timestamp: Math.round(attempt.startedAt + attempt.durationMs),
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: typeFits ? [['type'], ['type', 'zone'], zoneHealth] : [zoneHealth],
          Metrics: METRICS,
        },
        ...(attempt.zoneMismatchCount === undefined ? [] : [ZONE_MISMATCH]),
        ...factorDirectives(Object.keys(factors)),
      ],
    },
    ...factors,
    ...attempt,
  };
}

/** Outside factors are looked at by type. */
function factorDirectives(names: readonly string[]): EmfRecord['_aws']['CloudWatchMetrics'] {
  if (names.length === 0) return [];
  const metrics = names.map((Name) => ({ Name, Unit: 'None' }));
  return [{ Namespace: NAMESPACE, Dimensions: [['type']], Metrics: metrics }];
}
