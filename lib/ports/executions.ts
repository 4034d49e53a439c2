/** The state machines of `infra/` that stages start. */
export type MachineName = 'workflow' | 'slot';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Execution {
  readonly status: ExecutionStatus;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** Executions of the state machines: Step Functions, or the same ASL files in this process. */
export interface Executions<Name extends string = MachineName> {
  /** Starts an execution; starting one that exists under this name changes nothing. */
  start(machine: Name, name: string, input: unknown): Promise<void>;
  /** Ends an execution; ending one that is over, or was never there, changes nothing. */
  stop(machine: Name, name: string, cause: string): Promise<void>;
  /** Nothing when there is no such execution. */
  describe(machine: Name, name: string): Promise<Execution | undefined>;
}
