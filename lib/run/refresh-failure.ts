import { errorMessage, errorName } from '../core/foreshard-error.ts';

/** What the state machine tries again as a whole: not one type's failure. */
const OF_THE_SYSTEM: ReadonlySet<string> = new Set(['Throttled', 'StoreUnavailable']);

/**
 * What is wrong with one type, so that the others can go on without it.
 *
 * @returns the error's name and message
 * @throws the error itself when it is the system's
 */
export function failureOfType(error: unknown): string {
  if (OF_THE_SYSTEM.has(errorName(error))) throw error;
  return `${errorName(error)}: ${errorMessage(error)}`;
}
