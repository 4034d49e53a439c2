import { parse } from 'csv-parse/sync';
import type { CsvHeader } from './csv-header.ts';

const RECORD_ENDS = ['\n', '\r\n'];

/** Of lines with quotes, up to which each is parsed by itself: above it, one call for all costs less. */
const QUOTED_SHARE_MAX = 1 / 16;

/** The fields of one record. */
export type CsvRecord = readonly string[];

/**
 * Takes whole records of CSV (RFC 4180) apart. Blank lines are no records.
 *
 * Lines without a single quote, which most of CSV are, need no parser: they are split, ten times as fast.
 *
 * @throws {Error} when a quote stands where none can, or a record has another number of fields than the header
 */
export function csvFields(text: string, header: Pick<CsvHeader, 'delimiter' | 'fieldCount'>): readonly CsvRecord[] {
  const { delimiter, fieldCount } = header;
  const lines = text.split('\n');
  const quotedCount = text.includes('"') ? lines.filter((line) => line.includes('"')).length : 0;
  const mostlyQuoted = quotedCount > lines.length * QUOTED_SHARE_MAX;
  const records = mostlyQuoted ? quotedFields(text, delimiter) : lineFields(lines, delimiter);
  const odd = records.find(({ length }) => length !== fieldCount);
  if (odd !== undefined) throw new Error(`a record has ${odd.length} fields where the header has ${fieldCount}`);
  return records;
}

function lineFields(lines: readonly string[], delimiter: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.includes('"')) {
      const end = recordEnd(lines, at);
      // what followed the line was a line end, unless it was the last
      const text = lines.slice(at, end).join('\n') + (end < lines.length ? '\n' : '');
      records.push(...quotedFields(text, delimiter));
      at = end - 1;
      continue;
    }
    const record = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (record !== '') records.push(record.split(delimiter));
  }
  return records;
}

/** Behind the line at which every quote of a record is closed: a line end inside quotes belongs to the field. */
function recordEnd(lines: readonly string[], start: number): number {
  let open = false;
  let end = start;
  do {
    if ((lines[end] ?? '').split('"').length % 2 === 0) open = !open;
    end += 1;
  } while (open && end < lines.length);
  return end;
}

function quotedFields(text: string, delimiter: string): readonly CsvRecord[] {
  const records: string[][] = parse(text, {
    delimiter,
    record_delimiter: RECORD_ENDS,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  return records;
}
