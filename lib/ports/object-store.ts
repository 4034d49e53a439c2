import type { Bytes, EpochMs } from '../core/quantity.ts';

/** Where an object lies: a bare key in the run's own store, `s3://bucket/key`, or, embedded only, `file:path`. */
export type ObjectLocation = string;

export interface ObjectInfo {
  readonly location: ObjectLocation;
  readonly sizeBytes: Bytes;
  /** When it was last written, where a listing says so. */
  readonly modifiedAt?: EpochMs;
}

/** Half open: `start` is in, `end` is out. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export type Put =
  | { readonly stored: true }
  /** Another writer was first, and what it wrote is not touched. */
  | { readonly stored: false; readonly reason: 'exists' };

/** Objects of any size under a key: S3, or a folder. A reader never sees half an object. */
export interface ObjectStore {
  /** Writes a whole object; with `ifAbsent` only when the key is still free (S3: `If-None-Match: *`). */
  put(location: ObjectLocation, body: Uint8Array, options?: { readonly ifAbsent?: boolean }): Promise<Put>;
  /**
   * Reads an object or a range of it; a range that ends beyond the object is cut at its end.
   *
   * @throws {ForeshardError} `MissingObject` when nothing lies there
   */
  get(location: ObjectLocation, range?: ByteRange): Promise<Uint8Array>;
  /** The object's size, or nothing when there is no such object. */
  info(location: ObjectLocation): Promise<ObjectInfo | undefined>;
  /** Every object whose location starts with the prefix, in code unit order. */
  list(prefix: ObjectLocation): AsyncIterable<ObjectInfo>;
  /** Removes an object; removing what is not there is no error. */
  delete(location: ObjectLocation): Promise<void>;
}
