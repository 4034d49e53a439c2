import { alignToLine } from './align-to-line.ts';
import type { CsvHeader } from './csv-header.ts';
import { readExactly } from './read-exactly.ts';
import type { RecordSpan } from './record-chunks.ts';
import { triedFromHere } from './tried-from-here.ts';

/** As much text as has to contradict a wrong guess. */
const WINDOW_BYTES = 262_144;

/**
 * Finds the first CSV record that starts at `start` or later.
 *
 * A line end may stand inside a quoted field, and whether it does cannot be seen from the middle of a text. So both are
 * tried from the first line end on: with the wrong guess all quotes open where they close, and that soon contradicts the
 * grammar or the number of fields. A text that fits both ways for {@link WINDOW_BYTES} is taken to be outside quotes; if
 * that is wrong the reader says so (`CorruptData`), as long as the number of fields is, and `divisible: false` helps.
 *
 * @see Ge, Li, Eilebrecht, Chandramouli and Kossmann, "Speculative distributed CSV data parsing for big data analytics",
 *   SIGMOD 2019
 */
export async function alignToRecord(span: Omit<RecordSpan, 'end' | 'breaks'>, header: CsvHeader): Promise<number> {
  if (span.start <= header.sizeBytes) return header.sizeBytes;
  const { objects, location, sizeBytes } = span;
  const line = await alignToLine(span);
  const end = Math.min(line + WINDOW_BYTES, sizeBytes);
  const text = { bytes: await readExactly(objects, location, { start: line, end }), atEnd: end === sizeBytes, header };
  if (triedFromHere(text, 'outside').fits) return line;
  const inside = triedFromHere(text, 'inside');
  return inside.fits ? line + inside.firstRecord : line;
}
