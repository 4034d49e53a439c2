import type { EmfRecord } from '../profile/emf.ts';
import type { Bucket } from '../profile/series/bucket.ts';
import type { Window } from '../profile/series/catch-up-windows.ts';
import type { SummaryEmf } from '../profile/summary-emf.ts';

/** One metric, cut by exactly these dimensions. */
export interface MetricSeries {
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What workers say, and what has become of it. */
export interface Metrics {
  /** One CloudWatch log line per attempt, run or look at the pools carries its metrics (Embedded Metric Format); no call is made. */
  emit(record: EmfRecord | SummaryEmf): void;
  /**
   * Reads many series over one time.
   *
   * @param window begins at a border of its grid
   * @returns for each series its buckets, ascending; none where nothing was measured. All of them, or a failure: what
   *   is missing would look as if nothing had happened
   * @throws {ForeshardError} `Throttled` or `StoreUnavailable`
   */
  read(series: readonly MetricSeries[], window: Window): Promise<readonly (readonly Bucket[])[]>;
}
