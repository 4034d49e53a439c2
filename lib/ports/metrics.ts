import type { EmfRecord } from '../profile/emf.ts';

/** One CloudWatch log line per attempt carries its metrics (Embedded Metric Format); no call is made. */
export interface Metrics {
  emit(record: EmfRecord): void;
}
