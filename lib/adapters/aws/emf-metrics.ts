import type { Metrics } from '../../ports/metrics.ts';
import { once } from './once.ts';

/**
 * Metrics as log lines: CloudWatch Logs takes them out of what the function prints, so none costs a call. The line goes
 * past the runtime's own console, which would wrap it. CloudWatch's client is loaded by the first reading.
 */
export function emfMetrics(print: (line: string) => void = (line) => process.stdout.write(line)): Metrics {
  const load = once(async () => (await import('./cloudwatch-metrics.ts')).cloudwatchMetrics());
  return {
    emit: (record) => print(`${JSON.stringify(record)}\n`),
    read: async (...call) => (await load()).read(...call),
  };
}
