import type { ColumnMetaData, Compressors, DecodedArray, ParquetParsers } from 'hyparquet';
import { parquetHeader, readPage } from 'hyparquet/src/column.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { isFlatColumn } from 'hyparquet/src/schema.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import type { SchemaTree } from 'hyparquet/src/types.js';
import { plainValue } from './plain-value.ts';

/** A column whose rows point into a list of its distinct values, each plain JSON. */
export interface DictionaryColumn {
  /** The last one is null, for rows without a value. */
  readonly values: readonly unknown[];
  /** Position in `values` by row. */
  readonly positions: Uint32Array;
}

/** One column of one row group: its bytes, and how they are to be understood. */
export interface ColumnChunk {
  readonly bytes: ArrayBuffer;
  readonly metadata: ColumnMetaData;
  /** From the root to the column. */
  readonly schemaPath: readonly SchemaTree[];
  readonly compressors: Compressors;
  readonly parsers: Partial<ParquetParsers>;
  readonly rowCount: number;
}

type Page = ReturnType<typeof pagesOf>[number];

/** Of an OPTIONAL column at the top level, that a value is there. */
const PRESENT = 1;

/**
 * Decodes a column of a row group that lies in it as positions in a dictionary, which most writers choose for most
 * columns: a value is converted once for all its rows, and no list of all values is made. Against the general
 * decoder that spares most of the time and of the memory.
 *
 * @returns nothing for any other column: nested, with values of its own, or of pages of the second version
 * @throws {Error} when the bytes are no such column
 * @complexity O(rows + distinct values)
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
export function dictionaryColumn(chunk: ColumnChunk): DictionaryColumn | undefined {
  if (!isFlatColumn([...chunk.schemaPath])) return undefined;
  const [first, ...rest] = pagesOf(chunk);
  if (first?.header.type !== 'DICTIONARY_PAGE' || !rest.every(isOfPositions)) return undefined;
  const values = distinctValues(first, chunk);
  const positions = new Uint32Array(chunk.rowCount);
  let row = 0;
  for (const page of rest) row = readPositions(page, chunk, { positions, row, absent: values.length - 1 });
  if (row < chunk.rowCount) throw new Error(`it has ${row} values, the footer says ${chunk.rowCount}`);
  return { values, positions };
}

function pagesOf({ bytes }: ColumnChunk) {
  const reader = { view: new DataView(bytes), offset: 0 };
  const pages = [];
  while (reader.offset < bytes.byteLength) {
    const header = parquetHeader(reader);
    pages.push({ header, body: new Uint8Array(bytes, reader.offset, header.compressed_page_size) });
    reader.offset += header.compressed_page_size;
  }
  return pages;
}

function isOfPositions({ header }: Page): boolean {
  return header.type === 'DATA_PAGE' && (header.data_page_header?.encoding.endsWith('_DICTIONARY') ?? false);
}

function distinctValues({ header, body }: Page, chunk: ColumnChunk): readonly unknown[] {
  const { metadata, schemaPath, compressors, parsers } = chunk;
  const decoder = {
    ...metadata,
    pathInSchema: metadata.path_in_schema,
    schemaPath: [...schemaPath],
    element: elementOf(chunk),
    compressors,
    parsers: { ...DEFAULT_PARSERS, ...parsers },
  };
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const { data = [] } = readPage({ view, offset: 0 }, header, decoder, undefined, undefined, 0);
  return [...Array.from<unknown, unknown>(convert(data as DecodedArray, decoder), plainValue), null];
}

interface Target {
  readonly positions: Uint32Array;
  /** Where the page's first value goes. */
  readonly row: number;
  /** What stands for no value. */
  readonly absent: number;
}

/** @returns the row behind the page's last */
function readPositions({ header, body }: Page, chunk: ColumnChunk, { positions, row, absent }: Target): number {
  const count = header.data_page_header?.num_values ?? 0;
  const { codec } = chunk.metadata;
  const page = decompressPage(body, header.uncompressed_page_size, codec, chunk.compressors);
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
  const levels = isOptional(chunk) ? absentLevels(reader, count) : undefined;
  const target = positions.subarray(row, row + count);
  const presentCount = levels ? levels.reduce((sum, level) => sum + level, 0) : count;
  const present = target.subarray(0, presentCount);
  const bitWidth = presentCount > 0 ? reader.view.getUint8(reader.offset++) : 0;
  if (bitWidth > 0) readRleBitPackedHybrid(reader, bitWidth, present, page.length - reader.offset);
  checkPositions(present, absent);
  if (levels) spread(target, levels, absent);
  return row + count;
}

function checkPositions(positions: Uint32Array, end: number): void {
  let largest = 0;
  for (let at = 0; at < positions.length; at += 1) largest = Math.max(largest, positions[at] ?? 0);
  if (largest >= end && positions.length > 0) throw new Error(`value ${largest} of a dictionary of ${end}`);
}

/** @returns for each value whether it is there; nothing when all are, which one run of the encoding says */
function absentLevels(reader: { readonly view: DataView; offset: number }, count: number): Uint8Array | undefined {
  const length = reader.view.getUint32(reader.offset, true);
  const start = reader.offset + 4;
  const run = { view: reader.view, offset: start };
  const header = readVarInt(run);
  reader.offset = start + length;
  if (header % 2 === 0 && header / 2 >= count && run.view.getUint8(run.offset) === PRESENT) return undefined;
  const levels = new Uint8Array(count);
  readRleBitPackedHybrid({ view: reader.view, offset: start }, 1, levels, length);
  return levels;
}

/** Moves the positions that stand in front to the rows that have a value, from the last to the first. */
function spread(positions: Uint32Array, levels: Uint8Array, absent: number): void {
  let next = levels.reduce((sum, level) => sum + level, 0);
  for (let row = positions.length - 1; row >= 0; row -= 1) {
    if (levels[row] === PRESENT) next -= 1;
    positions[row] = levels[row] === PRESENT ? (positions[next] ?? absent) : absent;
  }
}

function elementOf({ schemaPath }: ColumnChunk) {
  const last = schemaPath.at(-1);
  if (!last) throw new Error('a column without a place in the schema');
  return last.element;
}

function isOptional(chunk: ColumnChunk): boolean {
  return elementOf(chunk).repetition_type === 'OPTIONAL';
}
