import type { ShardAttempt } from './shard-attempt.ts';

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
