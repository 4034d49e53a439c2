import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { byCodeUnit } from '../../core/by-code-unit.ts';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { ByteRange, ObjectInfo, ObjectLocation, ObjectStore, Put } from '../../ports/object-store.ts';

/** Writes a new file with its whole content. */
export type WriteFile = (file: string, body: Uint8Array) => Promise<void>;

export interface FolderObjectStoreOptions {
  /** The folder that stands for the bucket; it is made when it is missing. */
  readonly root: string;
  /**
   * The folder that `file:` paths are relative to.
   *
   * @default - the working directory
   */
  readonly readRoot?: string;
  /**
   * How a file is written.
   *
   * @default - by the operating system
   */
  readonly write?: WriteFile;
}

/** Where a location lies on disk: `base` is the part that no listing shows, `scheme` what it is shown as. */
interface Place {
  readonly scheme: string;
  readonly base: string;
  readonly key: string;
}

/** Ends the name of a file that is being written; no key may end so. */
const UNFINISHED = '.~unfinished';
const S3 = 's3://';
const FILE = 'file:';

/**
 * A bucket in a folder: bare keys under `root/run`, `s3://bucket/key` under `root/s3/bucket/key`, `file:path` anywhere,
 * to read only. A whole object is written under another name and then linked or renamed, so that no reader sees half
 * of one, and of two writers with `ifAbsent` one wins. Several threads and processes may use the same folder.
 */
export function folderObjectStore(options: FolderObjectStoreOptions): ObjectStore {
  const { root, readRoot = process.cwd(), write = writeFile } = options;
  const bases = { own: resolve(root, 'run'), s3: resolve(root, 's3'), file: resolve(readRoot) };
  const place = (location: ObjectLocation) => placeOf(location, bases);
  return {
    async put(location, body, options) {
      const file = writable(place(location), location);
      const unfinished = `${file}.${randomUUID()}${UNFINISHED}`;
      try {
        await writeInFolder(unfinished, body, write);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw isFull(error) ? diskFull(location, error) : error;
      }
      return finishObject(file, unfinished, options?.ifAbsent ?? false);
    },
    async get(location, range) {
      return readObject(fileOf(place(location), location), location, range);
    },
    async info(location) {
      return infoOf(fileOf(place(location), location), location);
    },
    list: (prefix) => listObjects(place(prefix), prefix),
    async delete(location) {
      await rm(writable(place(location), location), { force: true });
    },
  };
}

function placeOf(location: ObjectLocation, bases: { own: string; s3: string; file: string }): Place {
  if (location.startsWith(S3)) return { scheme: S3, base: bases.s3, key: location.slice(S3.length) };
  if (location.startsWith(FILE)) return { scheme: FILE, base: bases.file, key: location.slice(FILE.length) };
  return { scheme: '', base: bases.own, key: location };
}

/** @throws {ForeshardError} `InvalidInput` for a key that leaves its folder, or that no file can bear */
function fileOf({ scheme, base, key }: Place, location: ObjectLocation): string {
  const parts = key.split('/');
  const wanders = scheme !== FILE && parts.some((part) => part === '' || part === '.' || part === '..');
  const unusable = key === '' || key.endsWith('/') || key.endsWith(UNFINISHED) || key.includes('\0');
  if (wanders || unusable) throw badKey(location);
  return resolve(base, key);
}

function writable(place: Place, location: ObjectLocation): string {
  if (place.scheme !== FILE) return fileOf(place, location);
  throw new ForeshardError(
    'InvalidInput',
    `'${location}' can be read only; write to a key of the run's own store or to s3://bucket/key`,
  );
}

function badKey(location: ObjectLocation): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `'${location}' is no object's location; name a key without '.', '..', an empty part or the ending '${UNFINISHED}'`,
  );
}

/** What was written gets its name, in one step. */
async function finishObject(file: string, unfinished: string, ifAbsent: boolean): Promise<Put> {
  if (!ifAbsent) {
    await rename(unfinished, file);
    return { stored: true };
  }
  try {
    await link(unfinished, file);
    return { stored: true };
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return { stored: false, reason: 'exists' };
    throw error;
  } finally {
    await unlink(unfinished);
  }
}

/** Most puts find the folder there: it is made only when the write shows that it is missing. */
async function writeInFolder(file: string, body: Uint8Array, write: WriteFile): Promise<void> {
  try {
    await write(file, body);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
    await write(file, body);
  }
}

async function readObject(file: string, location: ObjectLocation, range?: ByteRange): Promise<Uint8Array> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw isMissing(error) ? missing(location) : error;
  });
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw missing(location);
    const start = Math.min(range?.start ?? 0, info.size);
    const end = Math.max(start, Math.min(range?.end ?? info.size, info.size));
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === bytes.length ? bytes : bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

async function infoOf(file: string, location: ObjectLocation): Promise<ObjectInfo | undefined> {
  try {
    const info = await stat(file);
    return info.isFile() ? { location, sizeBytes: info.size } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Only the folder that the prefix names is walked, and the whole listing is sorted: folders and keys sort unlike. */
async function* listObjects({ scheme, base, key }: Place, prefix: ObjectLocation): AsyncIterable<ObjectInfo> {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  const path = resolve(base, folder);
  if (scheme !== FILE && path !== base && !path.startsWith(base + sep)) throw badKey(prefix);
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const locations = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(UNFINISHED))
    .map(
      (entry) =>
        scheme +
        folder +
        join(entry.parentPath, entry.name)
          .slice(path.length + 1)
          .replaceAll(sep, '/'),
    )
    .filter((location) => location.startsWith(prefix))
    .sort(byCodeUnit);
  for (const location of locations) {
    const file = resolve(base, location.slice(scheme.length));
    const info = await infoOf(file, location);
    if (info) yield { ...info, modifiedAt: (await stat(file)).mtimeMs };
  }
}

function missing(location: ObjectLocation): ForeshardError {
  return new ForeshardError('MissingObject', `nothing lies at '${location}'; check the location and who writes it`);
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function isFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function diskFull(location: ObjectLocation, cause: unknown): ForeshardError {
  return new ForeshardError(
    'StoreUnavailable',
    `there is no room on the disk for '${location}'; make room, it is tried again`,
    {
      cause,
    },
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
