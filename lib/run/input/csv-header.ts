import { parse } from 'csv-parse/sync';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { ObjectLocation, ObjectStore } from '../../ports/object-store.ts';
import { nearestName } from '../../workflow/nearest-name.ts';
import { corruptData } from './corrupt-data.ts';
import { decodeText } from './decode-text.ts';
import type { ObjectPart } from './object-parts.ts';
import type { CsvSource } from './read-csv.ts';
import { readExactly } from './read-exactly.ts';
import { quotedBreaks } from './record-breaks.ts';
import { columnFault } from './rows-of.ts';

/** A header is looked for in this much of an object. */
const HEADER_BYTES_MAX = 262_144;

/** What the first line of a CSV object says. */
export interface CsvHeader {
  /** Names of the columns that are asked for, and which fields they are. */
  readonly names: readonly string[];
  readonly columns: readonly number[];
  readonly fieldCount: number;
  readonly delimiter: string;
  /** Where the first record starts. */
  readonly sizeBytes: number;
}

/** @throws {ForeshardError} `CorruptData` when there is no header, `InvalidInput` when it has other columns */
export async function readCsvHeader(
  { location, sizeBytes }: Pick<ObjectPart, 'location' | 'sizeBytes'>,
  { delimiter = ',', columns }: CsvSource,
  objects: ObjectStore,
): Promise<CsvHeader> {
  const bytes = await readExactly(objects, location, { start: 0, end: Math.min(sizeBytes, HEADER_BYTES_MAX) });
  const length = quotedBreaks.atOrAfter(bytes, 1) ?? bytes.length;
  const text = decodeText(location, { offset: 0, bytes: bytes.subarray(0, length) });
  const all = headerNames(text, delimiter);
  const fault = typeof all === 'string' ? all : columnFault(all);
  if (fault !== undefined || typeof all === 'string') {
    throw corruptData({ location, offset: 0, cause: fault, advice: 'the first line must name every column once' });
  }
  const missing = columns?.find((name) => !all.includes(name));
  if (missing !== undefined) throw missingColumn(location, missing, all);
  const names = columns ?? all;
  return {
    names,
    columns: names.map((name) => all.indexOf(name)),
    fieldCount: all.length,
    delimiter,
    sizeBytes: length,
  };
}

function headerNames(text: string, delimiter: string): readonly string[] | string {
  try {
    const rows: string[][] = parse(text, { delimiter, record_delimiter: ['\n', '\r\n'] });
    return rows[0] ?? 'it has no header';
  } catch (cause) {
    return `its header is broken (${cause instanceof Error ? cause.message : cause})`;
  }
}

function missingColumn(location: ObjectLocation, missing: string, all: readonly string[]): ForeshardError {
  const near = nearestName(missing, all);
  const advice = near === undefined ? "name those in 'columns'" : `did you mean '${near}'?`;
  return new ForeshardError(
    'InvalidInput',
    `'${location}' has no column '${missing}'; its first line has ${all.join(', ')}; ${advice}`,
  );
}
