import { join } from 'node:path';
import { homeFolders } from '../adapters/embedded/home-folders.ts';

/** The runs' own store of the embedded runtime: where a location without a scheme lies. */
export function storeFolder(home: string): string {
  return join(homeFolders(home).objects, 'run');
}

/** Where the embedded runtime keeps what belongs to a run. */
export function runFolder(home: string, run: string): string {
  return join(storeFolder(home), 'runs', run);
}
