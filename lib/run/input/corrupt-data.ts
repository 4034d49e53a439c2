import { errorMessage, ForeshardError } from '../../core/foreshard-error.ts';
import type { ObjectLocation } from '../../ports/object-store.ts';

/** What cannot be read, and where it lies. */
export interface Corruption {
  readonly location: ObjectLocation;
  /** First byte of the record or part that is wrong, when it is known. */
  readonly offset?: number;
  readonly cause: unknown;
  /** What the author of the data can do. */
  readonly advice: string;
}

/** @returns `CorruptData`, naming the object, the byte and what is wrong there */
export function corruptData({ location, offset, cause, advice }: Corruption): ForeshardError {
  const where = offset === undefined ? `'${location}'` : `'${location}' at byte ${offset}`;
  return new ForeshardError('CorruptData', `${where} cannot be read: ${errorMessage(cause)}; ${advice}`, { cause });
}
