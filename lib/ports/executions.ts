/** The two state machines of `infra/`. */
export type MachineName = 'workflow' | 'slot';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Execution {
  readonly status: ExecutionStatus;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** Executions of the state machines: Step Functions, or the same ASL files in this process. */
export interface Executions {
  /** Starts an execution; starting one that exists under this name changes nothing. */
  start(machine: MachineName, name: string, input: unknown): Promise<void>;
  /** Ends an execution; ending one that is over, or was never there, changes nothing. */
  stop(machine: MachineName, name: string, cause: string): Promise<void>;
  /** Nothing when there is no such execution. */
  describe(machine: MachineName, name: string): Promise<Execution | undefined>;
}
