import { endlessRecord, RECORD_BYTES_MAX } from './corrupt-data.ts';
import { readExactly } from './read-exactly.ts';
import { lineBreaks } from './record-breaks.ts';
import type { RecordSpan } from './record-chunks.ts';

/** One read in search of a line end: few lines are longer. */
const STEP_BYTES = 65_536;

/**
 * Finds the first line that starts at `start` or later: a line that starts exactly at a cut belongs to the range after it.
 *
 * @returns its offset, or the object's size when there is none
 * @throws {ForeshardError} `CorruptData` when no line ends within {@link RECORD_BYTES_MAX}
 * @complexity O(length of the line that the cut goes through)
 */
export async function alignToLine({ objects, location, sizeBytes, start }: Omit<RecordSpan, 'end' | 'breaks'>) {
  if (start === 0) return 0;
  // the byte before the cut tells whether a line starts at the cut itself
  for (let from = start - 1; from < sizeBytes; from += STEP_BYTES) {
    const bytes = await readExactly(objects, location, { start: from, end: Math.min(from + STEP_BYTES, sizeBytes) });
    const found = lineBreaks.atOrAfter(bytes, 1);
    if (found !== undefined) return from + found;
    if (from - start > RECORD_BYTES_MAX) throw endlessRecord(location, start);
  }
  return sizeBytes;
}
