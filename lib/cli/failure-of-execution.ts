import type { Execution } from '../ports/executions.ts';

/** The error that ended an execution, by the name that the state machine gave it. */
export function failureOf({ error = 'WorkerDied', cause = 'its execution ended without a word' }: Execution): Error {
  const failure = new Error(cause);
  failure.name = error;
  return failure;
}
