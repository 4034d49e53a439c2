import type { ObjectLocation, ObjectStore } from '../ports/object-store.ts';

/**
 * An object store that shows what another one holds and keeps every write in memory: whatever is tried on it leaves the
 * other as it was.
 */
export function scratchObjects(base: ObjectStore): ObjectStore {
  const written = new Map<ObjectLocation, Uint8Array>();
  return {
    async put(location, body, options) {
      const taken = written.has(location) || (await base.info(location)) !== undefined;
      if (options?.ifAbsent && taken) return { stored: false, reason: 'exists' };
      written.set(location, body);
      return { stored: true };
    },
    async get(location, range) {
      const body = written.get(location);
      if (!body) return base.get(location, range);
      return range ? body.slice(range.start, range.end) : body;
    },
    async info(location) {
      const body = written.get(location);
      return body ? { location, sizeBytes: body.byteLength } : base.info(location);
    },
    list: (prefix) => base.list(prefix),
    async delete(location) {
      written.delete(location);
    },
  };
}
