import type { OperationReport } from './run-report.ts';

/** Actual against predicted time of an operation, in percent: `+19 %`; a dash when nothing of it committed. */
export function differenceText({ predictedMs, actualMs, committedCount }: OperationReport): string {
  if (committedCount === 0 || predictedMs.point === 0) return '–';
  const percent = Math.round((actualMs / predictedMs.point - 1) * 100);
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent)} %`;
}
