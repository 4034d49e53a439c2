import { byCodeUnit } from '../lib/core/by-code-unit.ts';
import { ForeshardError } from '../lib/core/foreshard-error.ts';
import type { ByteRange, ObjectInfo, ObjectLocation, ObjectStore, Put } from '../lib/ports/object-store.ts';

/** An object store for tests, with a count of what was read. */
export interface MemoryObjectStore extends ObjectStore {
  readonly reads: { readonly location: ObjectLocation; readonly bytes: number }[];
}

/** Objects in memory; a text is stored as its UTF-8 bytes. */
export function memoryObjectStore(contents: Readonly<Record<string, string | Uint8Array>> = {}): MemoryObjectStore {
  const stored = new Map(Object.entries(contents).map(([location, body]) => [location, toBytes(body)]));
  const reads: { location: ObjectLocation; bytes: number }[] = [];
  return {
    reads,
    async put(location, body, { ifAbsent = false } = {}): Promise<Put> {
      if (ifAbsent && stored.has(location)) return { stored: false, reason: 'exists' };
      stored.set(location, Uint8Array.from(body));
      return { stored: true };
    },
    async get(location, range: ByteRange = { start: 0, end: Number.POSITIVE_INFINITY }) {
      const body = stored.get(location);
      if (body === undefined) throw new ForeshardError('MissingObject', `nothing lies at '${location}'`);
      const part = body.slice(range.start, range.end);
      reads.push({ location, bytes: part.length });
      return part;
    },
    async info(location) {
      const body = stored.get(location);
      return body === undefined ? undefined : { location, sizeBytes: body.length };
    },
    async *list(prefix): AsyncGenerator<ObjectInfo> {
      for (const location of [...stored.keys()].filter((key) => key.startsWith(prefix)).sort(byCodeUnit)) {
        yield { location, sizeBytes: stored.get(location)?.length ?? 0 };
      }
    },
    async delete(location) {
      stored.delete(location);
    },
  };
}

function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}
