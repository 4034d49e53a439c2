import type { DurationMs, EpochMs } from '../core/quantity.ts';

/** The only source of time: a real one in both runtimes, a virtual one in the simulator. */
export interface Clock {
  now(): EpochMs;
  /** Resolves after the given time, or at once when the signal aborts. */
  sleep(durationMs: DurationMs, signal?: AbortSignal): Promise<void>;
}
