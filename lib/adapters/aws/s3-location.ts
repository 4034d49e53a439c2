import { ForeshardError } from '../../core/foreshard-error.ts';
import type { ObjectLocation } from '../../ports/object-store.ts';

export interface S3Location {
  readonly bucket: string;
  /** A key, or the beginning of keys. */
  readonly key: string;
  /** The location of a key of the same bucket, written the way this one was. */
  locationOf(key: string): ObjectLocation;
}

const SCHEME = 's3://';

/**
 * Reads a location: a bare key lies in the run's own bucket.
 *
 * @throws {ForeshardError} `InvalidInput` for `file:`, which only the embedded runtime can read, and for another scheme
 */
export function s3Location(location: ObjectLocation, ownBucket: string): S3Location {
  if (location.startsWith(SCHEME)) {
    const [bucket = '', ...rest] = location.slice(SCHEME.length).split('/');
    if (bucket === '') throw badLocation(location);
    return { bucket, key: rest.join('/'), locationOf: (key) => `${SCHEME}${bucket}/${key}` };
  }
  if (/^[a-z][a-z0-9+.-]*:/.test(location)) throw badLocation(location);
  return { bucket: ownBucket, key: location, locationOf: (key) => key };
}

function badLocation(location: ObjectLocation): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `'${location}' cannot be read on AWS; name s3://bucket/key or a key of the run's own bucket`,
  );
}
