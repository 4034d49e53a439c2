import { inParallel } from '../../core/in-parallel.ts';
import type { DataRange } from '../../shards/input-layout.ts';
import { fetchPartitions, type OutputRequest, parseRecords, readOutput } from './read-output.ts';
import type { ReadBlock } from './read-range.ts';

/** Partitions are read together up to this size over all outputs, so that a shard of many small ones makes few requests. */
const WINDOW_BYTES = 4_194_304;

/** Outputs that are read at once: a store answers many in the time of one. */
const READS_AT_ONCE = 8;

/** One of the outputs that a shuffle reads: what of it is asked for is said by {@link readPartitions}. */
export type PartitionedOutput = Omit<OutputRequest, 'partitions'>;

/**
 * Reads key partitions of many outputs: partition by partition, and of each what every output has of it, in the order
 * of the outputs. Each block ends at its partition.
 *
 * @throws {ForeshardError} as {@link readOutput}
 * @complexity O(bytes) time; a request for each output and {@link WINDOW_BYTES} of all, or for 4 MiB of larger partitions
 */
export async function* readPartitions(
  outputs: readonly PartitionedOutput[],
  range: DataRange,
): AsyncGenerator<ReadBlock> {
  for (let start = range.start; start < range.end; ) {
    const end = windowEnd(outputs, { start, end: range.end });
    const window = { start, end: Math.max(end, start + 1) };
    yield* end > start ? readWindow(outputs, window) : readLarge(outputs, window);
    start = window.end;
  }
}

/** Behind the last partition that still fits; the range's start when not even one does. */
function windowEnd(outputs: readonly PartitionedOutput[], range: DataRange): number {
  const bytesUpTo = (partition: number) =>
    outputs.reduce((sum, { manifest }) => sum + offsetOf(manifest, partition) - offsetOf(manifest, range.start), 0);
  let end = range.start;
  while (end < range.end && bytesUpTo(end + 1) <= WINDOW_BYTES) end += 1;
  return end;
}

function offsetOf({ offsets, sizeBytes }: PartitionedOutput['manifest'], partition: number): number {
  return offsets[partition] ?? sizeBytes;
}

async function* readWindow(outputs: readonly PartitionedOutput[], window: DataRange): AsyncGenerator<ReadBlock> {
  const bodies = await inParallel(outputs, READS_AT_ONCE, (output) =>
    fetchPartitions({ ...output, partitions: window }),
  );
  for (let partition = window.start; partition < window.end; partition += 1) {
    for (const [at, { operation, manifest }] of outputs.entries()) {
      const base = offsetOf(manifest, window.start);
      const bytes = bodies[at]?.subarray(
        offsetOf(manifest, partition) - base,
        offsetOf(manifest, partition + 1) - base,
      );
      if (bytes?.length) yield { from: operation, records: parseRecords(bytes), end: partition + 1 };
    }
  }
}

async function* readLarge(outputs: readonly PartitionedOutput[], window: DataRange): AsyncGenerator<ReadBlock> {
  for (const output of outputs) {
    for await (const block of readOutput({ ...output, partitions: window })) yield { ...block, end: window.end };
  }
}
