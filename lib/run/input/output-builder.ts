import { errorMessage, ForeshardError } from '../../core/foreshard-error.ts';
import { crc32 } from './crc32.ts';
import type { OutputContents } from './output-manifest.ts';
import { partitionOf } from './partition-of.ts';

/** A frame is closed once it holds this many characters: what one read of it keeps in memory is a few times that. */
const FRAME_CHARACTERS = 1_048_576;

/** A shard's output, ready to be stored. */
interface Output {
  readonly body: Uint8Array;
  readonly contents: OutputContents;
  /** How the records spread over the key partitions: the histogram of a later cut. */
  readonly recordsByPartition: readonly number[];
}

/** Collects a shard's records. */
export interface OutputBuilder {
  /**
   * @param record plain JSON
   * @param key decides the partition; default: the record's text
   * @throws {ForeshardError} `TaskFailed` when the record is no JSON
   */
  write(record: unknown, key?: string): void;
  /** The output; nothing can be written afterwards. */
  build(): Output;
}

interface Partition {
  readonly frames: Uint8Array[];
  lines: string[];
  characterCount: number;
  recordCount: number;
}

/**
 * Groups records by the partition of their key and encodes them as the object that {@link readOutput} reads.
 *
 * @param partitionCount at least 1
 * @complexity O(bytes) time; holds the whole output in memory
 */
export function outputBuilder(partitionCount: number): OutputBuilder {
  const partitions = Array.from({ length: partitionCount }, (): Partition => {
    return { frames: [], lines: [], characterCount: 0, recordCount: 0 };
  });
  return {
    write(record, key) {
      const text = textOf(record);
      const partition = partitions[partitionCount === 1 ? 0 : partitionOf(key ?? text, partitionCount)];
      if (partition === undefined) throw new RangeError(`an output has at least 1 partition, not ${partitionCount}`);
      partition.lines.push(text);
      partition.recordCount += 1;
      partition.characterCount += text.length + 1;
      if (partition.characterCount >= FRAME_CHARACTERS) closeFrame(partition);
    },
    build() {
      for (const partition of partitions) closeFrame(partition);
      return outputOf(partitions);
    },
  };
}

function textOf(record: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(record);
    if (text !== undefined) return text;
  } catch (cause) {
    throw notJson(errorMessage(cause), cause);
  }
  throw notJson(`it is a ${typeof record}`);
}

function notJson(why: string, cause?: unknown): ForeshardError {
  return new ForeshardError(
    'TaskFailed',
    `a task wrote a record that is no JSON (${why}); write objects, lists, texts, numbers, true, false or null`,
    { cause },
  );
}

const encoder = new TextEncoder();

function closeFrame(partition: Partition): void {
  if (partition.lines.length === 0) return;
  partition.lines.push('');
  partition.frames.push(encoder.encode(partition.lines.join('\n')));
  partition.lines = [];
  partition.characterCount = 0;
}

function outputOf(partitions: readonly Partition[]): Output {
  const frames = partitions.flatMap((partition) => partition.frames);
  const frameEnds = runningSums(frames.map(({ length }) => length));
  const sizeBytes = frameEnds.at(-1) ?? 0;
  const recordsByPartition = partitions.map(({ recordCount }) => recordCount);
  const contents = {
    sizeBytes,
    records: recordsByPartition.reduce((sum, count) => sum + count, 0),
    offsets: [0, ...runningSums(partitions.map((partition) => bytesIn(partition.frames)))],
    frameEnds,
    frameChecksums: frames.map(crc32),
  };
  return { body: joined(frames, sizeBytes), contents, recordsByPartition };
}

function runningSums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

function bytesIn(frames: readonly Uint8Array[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}

function joined(frames: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const body = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const frame of frames) {
    body.set(frame, offset);
    offset += frame.length;
  }
  return body;
}
