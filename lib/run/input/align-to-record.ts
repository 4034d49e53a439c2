import { alignToLine } from './align-to-line.ts';
import type { CsvHeader } from './csv-header.ts';
import type { RecordSpan } from './record-chunks.ts';

/** Finds the first CSV record that starts at `start` or later. */
export async function alignToRecord(span: Omit<RecordSpan, 'end' | 'breaks'>, header: CsvHeader): Promise<number> {
  return span.start <= header.sizeBytes ? header.sizeBytes : alignToLine(span);
}
