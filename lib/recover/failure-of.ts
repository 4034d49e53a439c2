import type { ForeshardErrorName } from '../core/foreshard-error.ts';
import type { ShardFailure } from '../run/shard-record.ts';

/** Names under which Step Functions sees what the platform did to a function: see lib/adapters/platform-fault. */
const PLATFORM_NAMES: ReadonlyMap<string, ForeshardErrorName> = new Map([
  ['Sandbox.Timedout', 'ShardTimedOut'],
  ['States.Timeout', 'ShardTimedOut'],
  ['Runtime.OutOfMemory', 'OutOfMemory'],
  ['Runtime.ExitError', 'WorkerDied'],
  ['Lambda.Unknown', 'WorkerDied'],
  ['Lambda.TooManyRequestsException', 'Throttled'],
]);

/** An error as a `Catch` hands it on. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause?: string | undefined;
}

/** The failure behind a caught error: our name for it, and a message for people instead of Lambda's JSON. */
export function failureOf({ Error: name, Cause: cause = '' }: CaughtError): ShardFailure {
  return { name: PLATFORM_NAMES.get(name) ?? name, message: messageOf(cause) };
}

/** Lambda's cause is JSON with an `errorMessage`; anything else is a message already. */
function messageOf(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    const message = Object(parsed).errorMessage;
    return typeof message === 'string' ? message : cause;
  } catch {
    return cause;
  }
}
