import type { ObjectLocation } from '../../ports/object-store.ts';
import { corruptData } from './corrupt-data.ts';
import type { RecordChunk } from './record-chunks.ts';

const strict = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes whole records of UTF-8; a byte order mark in front is left out.
 *
 * @throws {ForeshardError} `CorruptData` when the bytes are not UTF-8
 */
export function decodeText(location: ObjectLocation, { offset, bytes }: RecordChunk): string {
  try {
    return strict.decode(bytes);
  } catch (cause) {
    throw corruptData({ location, offset, cause, advice: 'texts must be UTF-8: convert the file' });
  }
}
