import { ForeshardError } from '../core/foreshard-error.ts';

/**
 * What Lambda itself reports of a call, beside what the function throws: our name for it, and the name under which
 * Step Functions sees it. `infra/*.asl.json` matches on the second column in both runtimes.
 *
 * | ours           | Step Functions                    | when                                                        |
 * |----------------|-----------------------------------|-------------------------------------------------------------|
 * | `Throttled`    | `Lambda.TooManyRequestsException` | the function's, or the account's, concurrency is used up    |
 * | `ShardTimedOut`| `Sandbox.Timedout`                | the function ran longer than its own timeout                |
 * | `OutOfMemory`  | `Runtime.OutOfMemory`             | the memory of the execution environment ran out             |
 * | `WorkerDied`   | `Runtime.ExitError`               | the process ended without an answer: exit, signal, crash    |
 *
 * Lambda reports some exhausted memory as `Runtime.ExitError` ("signal: killed"): match both alike. An error that the
 * function's own code throws keeps its name in both runtimes. A state's `TimeoutSeconds` is `States.Timeout` in both.
 *
 * @see AWS Step Functions Developer Guide, "Handling errors in Step Functions workflows"
 */
const STEP_FUNCTIONS_NAMES = {
  Throttled: 'Lambda.TooManyRequestsException',
  ShardTimedOut: 'Sandbox.Timedout',
  OutOfMemory: 'Runtime.OutOfMemory',
  WorkerDied: 'Runtime.ExitError',
} as const;

export type PlatformFaultName = keyof typeof STEP_FUNCTIONS_NAMES;

/** A call failed through the platform and not through the function's code. */
export class PlatformFault extends ForeshardError {
  /** The name under which Step Functions sees it. */
  readonly stepFunctionsName: (typeof STEP_FUNCTIONS_NAMES)[PlatformFaultName];

  constructor(name: PlatformFaultName, message: string, options?: { readonly cause?: unknown }) {
    super(name, message, options);
    this.stepFunctionsName = STEP_FUNCTIONS_NAMES[name];
  }
}
