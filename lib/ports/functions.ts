import type { DurationMs } from '../core/quantity.ts';

export interface InvokeOptions {
  readonly timeoutMs?: DurationMs;
  readonly signal?: AbortSignal;
}

/** What an account can run at once. */
export interface ConcurrencyLimits {
  /** Executions at once over all functions. */
  readonly accountMax: number;
  /** What may be reserved at the most: Lambda keeps 100 for functions without a reservation. */
  readonly reservableMax: number;
  /** What no function has reserved of it yet: other programs of the account reserve too. */
  readonly reservableLeft: number;
}

/** Functions by name: Lambda, or handlers in this process and worker threads. */
export interface Functions {
  /**
   * Calls a function and waits for its answer.
   *
   * @throws the function's own error, with its `name`: `Throttled` when no concurrency is left, `ShardTimedOut` when
   *   it took too long, `OutOfMemory` when its memory ran out, `WorkerDied` when it ended without an answer
   */
  invoke(name: string, payload: unknown, options?: InvokeOptions): Promise<unknown>;
  /** The function's reserved concurrency; nothing when none is reserved. */
  concurrency(name: string): Promise<number | undefined>;
  /** Reserves concurrency, or with nothing gives the reservation back. */
  reserve(name: string, concurrency: number | undefined): Promise<void>;
  limits(): Promise<ConcurrencyLimits>;
}
