import type { EpochMs } from '../core/quantity.ts';
import { type EmfRecord, NAMESPACE } from './emf.ts';

/** A log line whose metrics are of a run or of a zone's pools, and not of one attempt. */
export interface SummaryEmf {
  readonly _aws: EmfRecord['_aws'];
  readonly [field: string]: unknown;
}

/** CloudWatch's words for what is measured here. */
export type SummaryUnit = 'Count' | 'None';

export interface Summary {
  readonly at: EpochMs;
  /** What the metrics are cut by, with the value; none sums over everything. Few values: each is a metric of its own. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, { readonly unit: SummaryUnit; readonly value: number }>>;
  /** Plain fields of the line, to search for: they cost no metric. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** CloudWatch takes no more metrics in one line. */
const METRICS_MAX = 100;

/** Writes a summary as one line of the Embedded Metric Format; what is no number is left out, as it would lose the line. */
export function summaryEmf({ at, dimensions, metrics, fields = {} }: Summary): SummaryEmf {
  const measured = Object.entries(metrics)
    .filter(([, { value }]) => Number.isFinite(value))
    .slice(0, METRICS_MAX);
  return {
    ...fields,
    ...dimensions,
    ...Object.fromEntries(measured.map(([name, { value }]) => [name, value])),
    _aws: {
      Timestamp: Math.round(at),
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: measured.map(([Name, { unit: Unit }]) => ({ Name, Unit })),
        },
      ],
    },
  };
}
