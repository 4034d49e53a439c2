import type { ObjectLocation, ObjectStore } from '../../ports/object-store.ts';
import { endlessRecord, RECORD_BYTES_MAX } from './corrupt-data.ts';
import { readExactly } from './read-exactly.ts';
import type { RecordBreaks } from './record-breaks.ts';

/** One read of a text object: large enough that a request to S3 costs little, small enough that memory does not matter. */
const STEP_BYTES = 1_048_576;

export interface RecordSpan {
  readonly objects: ObjectStore;
  readonly location: ObjectLocation;
  readonly sizeBytes: number;
  /** The start of a record. */
  readonly start: number;
  /** Records that start before this are read, the last of them to its end. */
  readonly end: number;
  readonly breaks: RecordBreaks;
}

/** Whole records, one after the other, as bytes. */
export interface RecordChunk {
  /** Where the chunk starts in its object. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads the records that start in [start, end) of an object, in steps; the next step is on its way while the chunk at
 * hand is worked on.
 *
 * @throws {ForeshardError} `CorruptData` when a record is longer than {@link RECORD_BYTES_MAX}
 */
export async function* recordChunks(span: RecordSpan): AsyncGenerator<RecordChunk> {
  const { location, sizeBytes, end, breaks } = span;
  let offset = span.start;
  let bytes: Uint8Array = new Uint8Array(0);
  let step = offset < end ? ahead(span, offset, STEP_BYTES) : undefined;
  while (step !== undefined) {
    bytes = joined(bytes, await step);
    const readTo = offset + bytes.length;
    const whole = wholeBytes(bytes, readTo >= sizeBytes, end - offset, breaks);
    const next = offset + whole;
    const done = next >= Math.min(end, sizeBytes) || readTo >= sizeBytes;
    if (!done && bytes.length - whole > RECORD_BYTES_MAX) throw endlessRecord(location, next);
    step = done ? undefined : ahead(span, readTo, Math.max(STEP_BYTES, bytes.length - whole));
    if (whole > 0) yield { offset, bytes: bytes.subarray(0, whole) };
    bytes = bytes.subarray(whole);
    offset = next;
  }
}

/** Starts a read; a failure is reported when the bytes are asked for, and never if nobody asks. */
function ahead({ objects, location, sizeBytes }: RecordSpan, start: number, length: number): Promise<Uint8Array> {
  const read = readExactly(objects, location, { start, end: Math.min(start + length, sizeBytes) });
  read.catch(() => undefined);
  return read;
}

/** How many bytes are whole records that start before `least`; the rest of the object counts as whole. */
function wholeBytes(bytes: Uint8Array, atEnd: boolean, least: number, breaks: RecordBreaks): number {
  if (bytes.length >= least) {
    const cut = breaks.atOrAfter(bytes, least);
    if (cut !== undefined) return cut;
  }
  return atEnd ? bytes.length : breaks.last(bytes);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
