import type { ByteRange, ObjectLocation, ObjectStore } from '../../ports/object-store.ts';
import { corruptData } from './corrupt-data.ts';

/**
 * Reads a range that must be there.
 *
 * @throws {ForeshardError} `MissingObject` when nothing lies at the location; `CorruptData` when the object ends before
 *   the range does
 */
export async function readExactly(
  objects: ObjectStore,
  location: ObjectLocation,
  range: ByteRange,
): Promise<Uint8Array> {
  const bytes = await objects.get(location, range);
  if (bytes.length === range.end - range.start) return bytes;
  throw corruptData({
    location,
    offset: range.start + bytes.length,
    cause: `it ends there, bytes up to ${range.end} were expected`,
    advice: 'it has become shorter since the run was planned: start a new run',
  });
}
