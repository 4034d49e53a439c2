import type { Services } from '../../ports/services.ts';
import { type ChaosWritesOptions, chaosWrites } from './chaos-writes.ts';
import { folderObjectStore } from './folder-object-store.ts';

export interface FolderStores {
  readonly objectsFolder: string;
  readonly replicasFolder: string;
  readonly chaos?: ChaosWritesOptions | undefined;
}

/** The store of everything, and the second one for replicas. Damage comes to the first alone; both share the disk. */
export function folderStores({
  objectsFolder,
  replicasFolder,
  chaos,
}: FolderStores): Pick<Services, 'objects' | 'replicas'> {
  if (!chaos) {
    return {
      objects: folderObjectStore({ root: objectsFolder }),
      replicas: folderObjectStore({ root: replicasFolder }),
    };
  }
  const undamaged = { ...chaos, spec: { ...chaos.spec, corrupt: [], truncate: [] } };
  return {
    objects: folderObjectStore({ root: objectsFolder, write: chaosWrites(chaos) }),
    replicas: folderObjectStore({ root: replicasFolder, write: chaosWrites(undamaged) }),
  };
}
