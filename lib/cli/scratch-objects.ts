import { byCodeUnit } from '../core/by-code-unit.ts';
import { collect } from '../core/collect.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { ObjectInfo, ObjectLocation, ObjectStore } from '../ports/object-store.ts';

/**
 * An object store that shows what another one holds and keeps every change in memory: whatever is tried on it leaves the
 * other as it was.
 */
export function scratchObjects(base: ObjectStore): ObjectStore {
  /** What was written since; nothing stands for what was removed. */
  const changed = new Map<ObjectLocation, Uint8Array | undefined>();
  const info = async (location: ObjectLocation): Promise<ObjectInfo | undefined> => {
    if (!changed.has(location)) return base.info(location);
    const body = changed.get(location);
    return body && { location, sizeBytes: body.byteLength };
  };
  return {
    info,
    async put(location, body, options) {
      const known = options?.ifAbsent ? await info(location) : undefined;
      // Asked again: another writer may have been first while the other store was looked at.
      if (known || (options?.ifAbsent && changed.get(location))) return { stored: false, reason: 'exists' };
      changed.set(location, body.slice());
      return { stored: true };
    },
    async get(location, range) {
      if (!changed.has(location)) return base.get(location, range);
      const body = changed.get(location);
      if (!body) throw new ForeshardError('MissingObject', `nothing lies at '${location}' any more`);
      return body.slice(range?.start, range?.end);
    },
    async *list(prefix) {
      const kept = (await collect(base.list(prefix))).filter(({ location }) => !changed.has(location));
      const written = [...changed].flatMap(([location, body]) =>
        body && location.startsWith(prefix) ? [{ location, sizeBytes: body.byteLength }] : [],
      );
      yield* [...kept, ...written].sort((a, b) => byCodeUnit(a.location, b.location));
    },
    async delete(location) {
      changed.set(location, undefined);
    },
  };
}
