import type { Bytes, DurationMs } from '../core/quantity.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface ObjectTraffic {
  /** Time in which at least this many calls waited for the store, added up. */
  ioMs: DurationMs;
  bytesRead: Bytes;
  bytesWritten: Bytes;
}

/** An object store that counts what goes through it: a shard's I/O time and its network bytes. */
export function meteredObjects(
  objects: ObjectStore,
  clock: Clock,
): { readonly objects: ObjectStore; readonly traffic: Readonly<ObjectTraffic> } {
  const traffic: ObjectTraffic = { ioMs: 0, bytesRead: 0, bytesWritten: 0 };
  async function timed<Result>(call: () => Promise<Result>): Promise<Result> {
    const startedAt = clock.now();
    try {
      return await call();
    } finally {
      traffic.ioMs += clock.now() - startedAt;
    }
  }
  const metered: ObjectStore = {
    async put(location, body, options) {
      const put = await timed(() => objects.put(location, body, options));
      traffic.bytesWritten += body.length;
      return put;
    },
    async get(location, range) {
      const body = await timed(() => objects.get(location, range));
      traffic.bytesRead += body.length;
      return body;
    },
    info: (location) => timed(() => objects.info(location)),
    list: (prefix) => objects.list(prefix),
    delete: (location) => timed(() => objects.delete(location)),
  };
  return { objects: metered, traffic };
}
