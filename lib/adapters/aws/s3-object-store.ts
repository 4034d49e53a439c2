import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { DurationMs } from '../../core/quantity.ts';
import type { ByteRange, ObjectInfo, ObjectLocation, ObjectStore, Put } from '../../ports/object-store.ts';
import { MULTIPART_MIN_BYTES, putInParts } from './put-in-parts.ts';
import { readBody, STALL_MS } from './read-body.ts';
import { type S3Location, s3Location } from './s3-location.ts';
import { serviceFault, statusOf } from './service-fault.ts';

/** S3 answers 409 when a conditional write met another one under way: it has no winner yet, so we ask again. */
const CONFLICT_ATTEMPT_MAX = 5;

export interface S3ObjectStoreOptions {
  /**
   * How long a body that is read may stand still before it is asked for again.
   *
   * @default 10_000
   */
  readonly stallMs?: DurationMs;
}

/**
 * Objects in S3. Every body is sent and read with a checksum (CRC32; a range has none of its own, TLS guards it), a
 * large one in parts. S3 lists keys in the order of their UTF-8 bytes: the same as by code unit but for keys that mix
 * characters beyond U+FFFF with such from U+E000 on.
 *
 * @see Amazon S3 User Guide, "How to prevent object overwrites with conditional writes"
 */
export function s3ObjectStore(
  client: S3Client,
  bucket: string,
  { stallMs = STALL_MS }: S3ObjectStoreOptions = {},
): ObjectStore {
  const at = (location: ObjectLocation) => s3Location(location, bucket);
  return {
    put: (location, body, options) =>
      named('PutObject', location, () =>
        putObject(client, at(location), { body, ifAbsent: options?.ifAbsent ?? false }),
      ),
    get: (location, range) =>
      named('GetObject', location, () => getObject(client, location, { ...at(location), range, stallMs })),
    info: (location) => named('HeadObject', location, () => headObject(client, at(location), location)),
    list: (prefix) => listObjects(client, at(prefix), prefix),
    async delete(location) {
      const { bucket: Bucket, key: Key } = at(location);
      await named('DeleteObject', location, () => client.send(new DeleteObjectCommand({ Bucket, Key })));
    },
  };
}

async function named<Answer>(call: string, location: ObjectLocation, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw serviceFault(error, `${call} of '${location}'`);
  }
}

interface Body {
  readonly body: Uint8Array;
  readonly ifAbsent: boolean;
}

async function putObject(client: S3Client, place: S3Location, { body, ifAbsent }: Body): Promise<Put> {
  const condition = ifAbsent ? { IfNoneMatch: '*' } : {};
  const target = { Bucket: place.bucket, Key: place.key, ...condition };
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (body.length >= MULTIPART_MIN_BYTES) await putInParts(client, target, body);
      else await client.send(new PutObjectCommand({ ...target, Body: body, ChecksumAlgorithm: 'CRC32' }));
      return { stored: true };
    } catch (error) {
      if (ifAbsent && statusOf(error) === 412) return { stored: false, reason: 'exists' };
      if (ifAbsent && statusOf(error) === 409 && attempt < CONFLICT_ATTEMPT_MAX) continue;
      throw error;
    }
  }
}

interface Part {
  readonly bucket: string;
  readonly key: string;
  readonly range: ByteRange | undefined;
  readonly stallMs: DurationMs;
}

async function getObject(client: S3Client, location: ObjectLocation, part: Part): Promise<Uint8Array> {
  const { bucket: Bucket, key: Key, range, stallMs } = part;
  // An empty range cannot be asked for in HTTP; one byte tells at least whether the object is there.
  const empty = range !== undefined && range.end <= range.start;
  const Range = range && `bytes=${range.start}-${empty ? range.start : range.end - 1}`;
  const options = Range ? { Range } : { ChecksumMode: 'ENABLED' as const };
  const ask = async (abortSignal: AbortSignal) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...options }), { abortSignal });
    return Body as Readable | undefined;
  };
  try {
    const bytes = await readBody(ask, { what: `GetObject of '${location}'`, stallMs });
    return empty ? new Uint8Array() : bytes;
  } catch (error) {
    if (statusOf(error) === 416) return new Uint8Array();
    if (statusOf(error) === 404) throw missing(location, error);
    throw error;
  }
}

function missing(location: ObjectLocation, cause: unknown): ForeshardError {
  const message = `nothing lies at '${location}'; check the location and who writes it`;
  return new ForeshardError('MissingObject', message, { cause });
}

async function headObject(
  client: S3Client,
  { bucket: Bucket, key: Key }: S3Location,
  location: ObjectLocation,
): Promise<ObjectInfo | undefined> {
  try {
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key }));
    return { location, sizeBytes: ContentLength ?? 0 };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function* listObjects(client: S3Client, place: S3Location, prefix: ObjectLocation): AsyncIterable<ObjectInfo> {
  const page = { Bucket: place.bucket, Prefix: place.key };
  let ContinuationToken: string | undefined;
  do {
    const command = new ListObjectsV2Command({ ...page, ContinuationToken });
    const answer = await named('ListObjectsV2', prefix, () => client.send(command));
    for (const { Key, Size, LastModified } of answer.Contents ?? []) {
      const modified = LastModified && { modifiedAt: LastModified.getTime() };
      if (Key !== undefined) yield { location: place.locationOf(Key), sizeBytes: Size ?? 0, ...modified };
    }
    ContinuationToken = answer.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}
