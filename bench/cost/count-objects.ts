import type { ObjectStore } from '../../lib/ports/object-store.ts';

export interface CountedObjects {
  readonly store: ObjectStore;
  /** S3 sells a listing at the price of a put. */
  putCount: number;
  getCount: number;
}

/** Counts what is asked of an object store; removing is free. */
export function countObjects(store: ObjectStore): CountedObjects {
  const counted: CountedObjects = {
    putCount: 0,
    getCount: 0,
    store: {
      put: (...call) => {
        counted.putCount += 1;
        return store.put(...call);
      },
      get: (...call) => {
        counted.getCount += 1;
        return store.get(...call);
      },
      info: (location) => {
        counted.getCount += 1;
        return store.info(location);
      },
      list: (prefix) => {
        counted.putCount += 1;
        return store.list(prefix);
      },
      delete: (location) => store.delete(location),
    },
  };
  return counted;
}
