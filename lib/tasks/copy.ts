import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { ObjectInfo, ObjectLocation, ObjectStore } from '../ports/object-store.ts';
import { defineTask } from '../run/define-task.ts';

const CopyParams = z.strictObject({
  /** The prefix under which the copies go; a copy keeps its source's path behind it. */
  to: z.string().min(1).endsWith('/'),
  /** The beginning of every source that its copy does not keep; by default the scheme and bucket alone. */
  from: z.string().min(1).optional(),
});
type CopyParams = z.infer<typeof CopyParams>;

/** One of these per object is the task's output. */
export interface CopyRecord {
  readonly from: ObjectLocation;
  readonly to: ObjectLocation;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A large object is read in parts, so that the signal is seen between them; the store writes objects whole. */
const PART_BYTES = 16 * 1024 * 1024;

/**
 * Replicates objects, verifies each copy by reading it back, and writes one {@link CopyRecord} for each. Copying again
 * writes the same bytes to the same place.
 */
export const copy = defineTask<CopyParams, ObjectInfo>({
  name: 'copy',
  params: CopyParams,
  async run({ params, input, objects, signal, write }) {
    for await (const { records } of input) {
      for (const { location, sizeBytes } of records) {
        if (signal.aborted) return;
        write(await copyObject(objects, { location, sizeBytes, to: targetOf(location, params), signal }), location);
      }
    }
  },
});

interface CopyJob extends ObjectInfo {
  readonly to: ObjectLocation;
  readonly signal: AbortSignal;
}

/** @throws {ForeshardError} `ChecksumMismatch` when the copy is not what was read */
async function copyObject(objects: ObjectStore, { location, to, sizeBytes, signal }: CopyJob): Promise<CopyRecord> {
  const source = createHash('sha256');
  const parts: Uint8Array[] = [];
  for await (const part of readParts(objects, { location, sizeBytes }, signal)) {
    source.update(part);
    parts.push(part);
  }
  const sha256 = source.digest('hex');
  await objects.put(to, Buffer.concat(parts));
  const written = createHash('sha256');
  for await (const part of readParts(objects, { location: to, sizeBytes }, signal)) written.update(part);
  if (written.digest('hex') !== sha256) throw unequal(location, to);
  return { from: location, to, sizeBytes, sha256 };
}

/** @throws {ForeshardError} `MissingObject`, or `ChecksumMismatch` when the object is not as long as it was listed */
async function* readParts(
  objects: ObjectStore,
  { location, sizeBytes }: ObjectInfo,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const found = await objects.info(location);
  if (!found) throw missing(location);
  if (found.sizeBytes !== sizeBytes) throw changed(location, sizeBytes, found.sizeBytes);
  for (let start = 0; start < sizeBytes; start += PART_BYTES) {
    signal.throwIfAborted();
    yield await objects.get(location, { start, end: Math.min(sizeBytes, start + PART_BYTES) });
  }
}

/** The scheme, and for S3 the bucket: a copy keeps what comes behind it. */
const ORIGIN = /^(?:s3:\/\/[^/]+\/|file:\/*)/;

function targetOf(location: ObjectLocation, { from, to }: CopyParams): ObjectLocation {
  if (from !== undefined && !location.startsWith(from)) throw outside(location, from);
  const path = from === undefined ? location.replace(ORIGIN, '') : location.slice(from.length);
  if (path === '' || path.split('/').includes('..')) throw noPath(location, path);
  return `${to}${path}`;
}

function unequal(from: ObjectLocation, to: ObjectLocation): ForeshardError {
  return new ForeshardError('ChecksumMismatch', `the copy '${to}' is not equal to its source '${from}'; copy it again`);
}

function missing(location: ObjectLocation): ForeshardError {
  return new ForeshardError(
    'MissingObject',
    `nothing lies at '${location}', which is to be copied; it was removed since it was listed`,
  );
}

function changed(location: ObjectLocation, listedBytes: number, foundBytes: number): ForeshardError {
  return new ForeshardError(
    'ChecksumMismatch',
    `'${location}' has ${foundBytes} bytes where ${listedBytes} were expected: it changed while it was copied; copy it again`,
  );
}

function outside(location: ObjectLocation, from: string): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `'${location}' does not begin with '${from}'; set params.from to the beginning that all sources share, or leave it out`,
  );
}

function noPath(location: ObjectLocation, path: string): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `a copy of '${location}' would have the path '${path}'; set params.from so that a path without '..' is left`,
  );
}
