import { errorName } from '../core/foreshard-error.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Failures of a whole store; what is missing or damaged in it is the reader's to restore. */
const AWAY: ReadonlySet<string> = new Set(['StoreUnavailable', 'Throttled']);

/**
 * A store whose objects are read from a second one when the first does not answer at all. Only outputs have a replica: for
 * what the second has not, or cannot give either, the failure of the first stands.
 */
export function withReplica(objects: ObjectStore, replicas: ObjectStore | undefined): ObjectStore {
  if (!replicas) return objects;
  return {
    ...objects,
    async get(location, range) {
      try {
        return await objects.get(location, range);
      } catch (error) {
        // A location with a scheme names its own store.
        if (!AWAY.has(errorName(error)) || location.includes(':')) throw error;
        return replicas.get(location, range).catch(() => Promise.reject(error));
      }
    },
  };
}
