import { join } from 'node:path';

/** The one table of the embedded runtime. */
export const TABLE_NAME = 'foreshard';

/** Where what outlives a process lies. It survives a structured clone. */
export interface HomeFolders {
  readonly tables: string;
  readonly objects: string;
  readonly replicas: string;
  readonly metrics: string;
}

/** The folders of the embedded runtime, for all who open them: the runtime, its worker threads and the command line. */
export function homeFolders(home: string): HomeFolders {
  return {
    tables: join(home, 'tables'),
    objects: join(home, 'objects'),
    replicas: join(home, 'replicas'),
    metrics: join(home, 'metrics'),
  };
}
