import { ForeshardError } from '../../core/foreshard-error.ts';
import type { ByteRange, ObjectStore } from '../../ports/object-store.ts';
import type { DataRange } from '../../shards/input-layout.ts';
import type { Block } from '../define-task.ts';
import { crc32 } from './crc32.ts';
import type { OutputManifest } from './output-manifest.ts';

/** Frames are read together up to this size, so that small partitions cost few requests. */
const READ_BYTES = 4_194_304;

/** Some partitions of one committed output. */
export interface OutputRequest {
  /** The operation whose output it is: the `from` of its blocks. */
  readonly operation: string;
  readonly manifest: OutputManifest;
  /** Half open. */
  readonly partitions: DataRange;
  readonly objects: ObjectStore;
}

interface Frame extends ByteRange {
  readonly checksum: number;
}

/**
 * Reads partitions of another shard's output. No record is passed on before the frame that it stands in was checked.
 *
 * @throws {ForeshardError} `ChecksumMismatch` when the object is damaged or cut off; `MissingObject` when it is gone
 * @complexity O(bytes of the partitions + log of all frames) time; memory is a few times 4 MiB
 */
export async function* readOutput(request: OutputRequest): AsyncGenerator<Block> {
  const { operation, manifest, objects } = request;
  for (const frames of batches(framesOf(request))) {
    const start = frames[0]?.start ?? 0;
    const bytes = await objects.get(manifest.location, { start, end: frames.at(-1)?.end ?? start });
    for (const frame of frames) verify(frame, bytes.subarray(frame.start - start, frame.end - start), manifest);
    yield { from: operation, records: parseFrames(bytes) };
  }
}

/** The frames of partitions that follow one another: the first is found by bisection, few of many may be asked for. */
function framesOf({ manifest, partitions }: OutputRequest): readonly Frame[] {
  const { offsets, frameEnds, frameChecksums, sizeBytes } = manifest;
  const stop = offsets[partitions.end] ?? sizeBytes;
  const frames: Frame[] = [];
  let start = offsets[partitions.start] ?? sizeBytes;
  for (let index = firstAbove(frameEnds, start); start < stop; index += 1) {
    const end = frameEnds[index] ?? stop;
    frames.push({ start, end, checksum: frameChecksums[index] ?? 0 });
    start = end;
  }
  return frames;
}

function firstAbove(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ascending[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function batches(frames: readonly Frame[]): readonly (readonly Frame[])[] {
  const all: Frame[][] = [];
  for (const frame of frames) {
    const last = all.at(-1);
    if (last !== undefined && frame.end - (last[0]?.start ?? 0) <= READ_BYTES) last.push(frame);
    else all.push([frame]);
  }
  return all;
}

function verify({ start, end, checksum }: Frame, bytes: Uint8Array, { location }: OutputManifest): void {
  if (bytes.length === end - start && crc32(bytes) === checksum) return;
  throw new ForeshardError(
    'ChecksumMismatch',
    `output '${location}' is not as it was written: bytes ${start} to ${end} have another checksum or are missing; run its shard again or read its replica`,
  );
}

const decoder = new TextDecoder();

/** No JSON that was written as a line holds a line end, so commas in place of them make one list of all records. */
function parseFrames(bytes: Uint8Array): readonly unknown[] {
  const lines = decoder.decode(bytes.subarray(0, -1));
  const records: unknown[] = JSON.parse(`[${lines.replaceAll('\n', ',')}]`);
  return records;
}
