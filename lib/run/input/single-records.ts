import type { RecordBreaks } from './record-breaks.ts';
import type { RecordChunk } from './record-chunks.ts';

/** Takes a chunk apart into its records, to find the one that is wrong. */
export function* singleRecords({ offset, bytes }: RecordChunk, breaks: RecordBreaks): Generator<RecordChunk> {
  for (let start = 0; start < bytes.length; ) {
    const rest = bytes.subarray(start);
    const length = breaks.atOrAfter(rest, 1) ?? rest.length;
    yield { offset: offset + start, bytes: rest.subarray(0, length) };
    start += length;
  }
}
