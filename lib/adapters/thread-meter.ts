import type { Meter } from '../ports/services.ts';

const MICROSECONDS_PER_MS = 1_000;
const BYTES_PER_MIB = 1_048_576;

/** Meters the thread that calls it: the worker's own, in Lambda as in a worker thread of this process. */
export function threadMeter(): Meter {
  return {
    cpuMs() {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / MICROSECONDS_PER_MS;
    },
    memoryMiB() {
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / BYTES_PER_MIB;
    },
  };
}
