import type { Services } from '../../ports/services.ts';
import { type ChaosWritesOptions, chaosWrites } from './chaos-writes.ts';
import { folderObjectStore } from './folder-object-store.ts';
import type { HomeFolders } from './home-folders.ts';

export interface FolderStores {
  readonly folders: Pick<HomeFolders, 'objects' | 'replicas'>;
  readonly chaos?: ChaosWritesOptions | undefined;
}

/** The store of everything, and the second one for replicas. Damage comes to the first alone; both share the disk. */
export function folderStores({ folders, chaos }: FolderStores): Pick<Services, 'objects' | 'replicas'> {
  if (!chaos) {
    return {
      objects: folderObjectStore({ root: folders.objects }),
      replicas: folderObjectStore({ root: folders.replicas }),
    };
  }
  const undamaged = { ...chaos, spec: { ...chaos.spec, corrupt: [], truncate: [] } };
  return {
    objects: folderObjectStore({ root: folders.objects, write: chaosWrites(chaos) }),
    replicas: folderObjectStore({ root: folders.replicas, write: chaosWrites(undamaged) }),
  };
}
