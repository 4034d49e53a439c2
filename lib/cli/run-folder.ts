import { join } from 'node:path';
import { homeFolders } from '../adapters/embedded/home-folders.ts';

/** Where the embedded runtime keeps what belongs to a run. */
export function runFolder(home: string, run: string): string {
  return join(homeFolders(home).objects, 'run', 'runs', run);
}
