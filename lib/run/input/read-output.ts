import { errorName, ForeshardError } from '../../core/foreshard-error.ts';
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
  /** Brings the object back when it is damaged or gone. */
  restore(): Promise<void>;
}

interface Frame extends ByteRange {
  readonly checksum: number;
}

/**
 * Reads partitions of another shard's output. No record is passed on before the frame that it stands in was checked; what
 * is damaged, cut off or gone is restored and read once more.
 *
 * @throws {ForeshardError} `ChecksumMismatch` when it is still so then, and whatever the restoring throws
 * @complexity O(bytes of the partitions + log of all frames) time; memory is a few times 4 MiB
 */
export async function* readOutput(request: OutputRequest): AsyncGenerator<Block> {
  for (const frames of batches(framesOf(request))) {
    yield { from: request.operation, records: parseRecords(await checkedFrames(frames, request)) };
  }
}

/**
 * The bytes of partitions as one, checked as {@link readOutput} does: for a few small ones, which are held in memory.
 *
 * @throws {ForeshardError} as {@link readOutput}
 */
export async function fetchPartitions(request: OutputRequest): Promise<Uint8Array> {
  const frames = framesOf(request);
  return frames.length === 0 ? new Uint8Array() : checkedFrames(frames, request);
}

async function checkedFrames(frames: readonly Frame[], request: OutputRequest): Promise<Uint8Array> {
  let read = await readFrames(frames, request);
  if ('damage' in read) {
    await request.restore();
    read = await readFrames(frames, request);
  }
  if ('damage' in read) throw damaged(request.manifest, read.damage);
  return read.bytes;
}

type FramesRead = { readonly bytes: Uint8Array } | { readonly damage: string };

async function readFrames(frames: readonly Frame[], { objects, manifest }: OutputRequest): Promise<FramesRead> {
  const start = frames[0]?.start ?? 0;
  const range = { start, end: frames.at(-1)?.end ?? start };
  let bytes: Uint8Array;
  try {
    bytes = await objects.get(manifest.location, range);
  } catch (error) {
    if (errorName(error) === 'MissingObject') return { damage: 'it is gone' };
    throw error;
  }
  const broken = frames.find((frame) => {
    const part = bytes.subarray(frame.start - start, frame.end - start);
    return part.length < frame.end - frame.start || crc32(part) !== frame.checksum;
  });
  if (!broken) return { bytes };
  return { damage: `bytes ${broken.start} to ${broken.end} have another checksum or are missing` };
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

function damaged({ location }: OutputManifest, damage: string): ForeshardError {
  return new ForeshardError(
    'ChecksumMismatch',
    `output '${location}' is not as it was written, and was damaged again after it was restored: ${damage}; look at its store`,
  );
}

const decoder = new TextDecoder();

/** No JSON that was written as a line holds a line end, so commas in place of them make one list of all records. */
export function parseRecords(bytes: Uint8Array): readonly unknown[] {
  const lines = decoder.decode(bytes.subarray(0, -1));
  const records: unknown[] = JSON.parse(`[${lines.replaceAll('\n', ',')}]`);
  return records;
}
