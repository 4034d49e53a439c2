import type { ObjectLocation, ObjectStore } from '../../ports/object-store.ts';
import type { DataSource } from '../../workflow/definition.ts';
import { alignToRecord } from './align-to-record.ts';
import { corruptData } from './corrupt-data.ts';
import { csvFields } from './csv-fields.ts';
import { type CsvHeader, readCsvHeader } from './csv-header.ts';
import { decodeText } from './decode-text.ts';
import type { ObjectPart } from './object-parts.ts';
import type { ReadBlock } from './read-range.ts';
import { quotedBreaks } from './record-breaks.ts';
import { type RecordChunk, recordChunks } from './record-chunks.ts';
import { type Row, rowsOf } from './rows-of.ts';
import { singleRecords } from './single-records.ts';

/** CSV of a workflow definition. */
export type CsvSource = Extract<DataSource, { kind: 'csv' }>;

/**
 * Reads the records of RFC 4180 text that start in a part of an object, after the header in its first line. Every value
 * is a text. Blank lines are no records.
 *
 * @throws {ForeshardError} `CorruptData`, naming the object and the record's first byte, when a quote or the number of
 *   fields is wrong
 */
export async function* readCsv(part: ObjectPart, source: CsvSource, objects: ObjectStore): AsyncGenerator<ReadBlock> {
  const { location, base } = part;
  const header = await readCsvHeader(part, source, objects);
  const start = await alignToRecord({ ...part, objects }, header);
  for await (const chunk of recordChunks({ ...part, objects, start, breaks: quotedBreaks })) {
    const records = parseRecords(location, header, chunk);
    if (records.length > 0) yield { from: location, records, end: base + chunk.offset + chunk.bytes.length };
  }
}

function parseRecords(location: ObjectLocation, header: CsvHeader, chunk: RecordChunk): readonly Row[] {
  try {
    const fields = csvFields(decodeText(location, chunk), header);
    const { names, columns } = header;
    return rowsOf(names, fields.length, (column, row) => fields[row]?.[columns[column] ?? column]);
  } catch (cause) {
    throw brokenRecord(location, header, chunk) ?? cause;
  }
}

/** Only a chunk that failed is read record by record: the offset costs nothing as long as all is well. */
function brokenRecord(location: ObjectLocation, header: CsvHeader, chunk: RecordChunk) {
  for (const record of singleRecords(chunk, quotedBreaks)) {
    const text = decodeText(location, record);
    try {
      csvFields(text, header);
    } catch (cause) {
      const advice =
        'quotes must be closed and doubled inside, fields as many as in the header; a text with line ends in it that is cut wrongly needs "divisible": false';
      return corruptData({ location, offset: record.offset, cause, advice });
    }
  }
  return undefined;
}
