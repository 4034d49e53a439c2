import type { Execution } from '../ports/executions.ts';

/** The error that ended an execution, by the name that the state machine gave it. */
export function failureOfExecution({ error: name = 'WorkerDied', cause }: Execution): Error {
  return Object.assign(new Error(cause ?? 'its execution ended without a word'), { name });
}
