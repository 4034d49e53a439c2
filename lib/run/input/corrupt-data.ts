import { errorMessage, ForeshardError } from '../../core/foreshard-error.ts';
import type { ObjectLocation } from '../../ports/object-store.ts';

/** A single record of text larger than this is taken for a broken file. */
export const RECORD_BYTES_MAX = 67_108_864;

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

/** @returns `CorruptData` for a record that is still open after {@link RECORD_BYTES_MAX} */
export function endlessRecord(location: ObjectLocation, offset: number): ForeshardError {
  return corruptData({
    location,
    offset,
    cause: `one record is longer than ${RECORD_BYTES_MAX} bytes`,
    advice: 'look for a missing line end or a quote that is never closed',
  });
}
