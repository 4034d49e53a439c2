import type { Metrics } from '../../ports/metrics.ts';

/**
 * Metrics as log lines: CloudWatch Logs takes them out of what the function prints, so none costs a call. The line goes
 * past the runtime's own console, which would wrap it.
 */
export function emfMetrics(print: (line: string) => void = (line) => process.stdout.write(line)): Metrics {
  return { emit: (record) => print(`${JSON.stringify(record)}\n`) };
}
