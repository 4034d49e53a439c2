import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ForeshardError } from '../lib/core/foreshard-error.ts';

/**
 * The path of something in the data folder.
 *
 * @param path relative to the folder: `series/m4-hourly`
 * @throws {ForeshardError} `MissingObject` when there is no folder, or not this in it
 */
export function needData(data: string | undefined, path: string): string {
  if (data === undefined) {
    throw new ForeshardError(
      'MissingObject',
      `this needs '${path}'; point --data or FORESHARD_DATA at a folder with it`,
    );
  }
  const found = join(data, path);
  if (!existsSync(found)) {
    throw new ForeshardError(
      'MissingObject',
      `this needs '${path}', which the folder '${data}' does not have; point --data or FORESHARD_DATA at one with it`,
    );
  }
  return found;
}
