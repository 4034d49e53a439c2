import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { type ColumnChunk, dictionaryColumn } from '../../../lib/run/input/dictionary-column.ts';

/** Parquet's numbers for what stands in the pages below. */
const [DATA_PAGE, DICTIONARY_PAGE, PLAIN, RLE, RLE_DICTIONARY] = [0, 2, 0, 3, 8];

describe('dictionaryColumn', () => {
  it('gives every row its value, or null', () => {
    const columns = fc.record({
      values: fc.uniqueArray(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 70 }),
      rows: fc.array(fc.option(fc.nat(), { freq: 4 }), { minLength: 1, maxLength: 100 }),
      pageRows: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(columns, ({ values, rows, pageRows }) => {
        const positions = rows.map((row) => (row === null ? null : row % values.length));
        const column = dictionaryColumn(chunkOf({ values, positions, pageRows }));
        const decoded = Array.from(column?.positions ?? [], (position) => column?.values[position]);
        expect(decoded).toEqual(positions.map((position) => (position === null ? null : values[position])));
      }),
    );
  });

  it('refuses a position that the dictionary does not have', () => {
    const chunk = chunkOf({ values: [7, 8, 9], positions: [0, 3], pageRows: 2 });
    expect(() => dictionaryColumn(chunk)).toThrow('value 3 of a dictionary of 3');
  });

  it('refuses a column with fewer values than its row group has rows', () => {
    const chunk = chunkOf({ values: [7, 8], positions: [0, 1], pageRows: 2 });
    expect(() => dictionaryColumn({ ...chunk, rowCount: 3 })).toThrow('it has 2 values, the footer says 3');
  });

  it('leaves a column whose values stand in its pages to the general decoder', () => {
    const chunk = chunkOf({ values: [7, 8], positions: [0, 1], pageRows: 2 });
    const plain = Uint8Array.from(page(DATA_PAGE, 5, [i32(2), i32(PLAIN), i32(RLE), i32(RLE)], []));
    expect(dictionaryColumn({ ...chunk, bytes: plain.buffer })).toBeUndefined();
  });
});

interface Content {
  readonly values: readonly number[];
  readonly positions: readonly (number | null)[];
  /** Rows of each page but the last. */
  readonly pageRows: number;
}

/** A column chunk of optional INT32 as a writer makes it, not compressed. */
function chunkOf({ values, positions, pageRows }: Content): ColumnChunk {
  const dictionary = [...new Uint8Array(Int32Array.from(values).buffer)];
  const pages = page(DICTIONARY_PAGE, 7, [i32(values.length), i32(PLAIN)], dictionary);
  for (let row = 0; row < positions.length; row += pageRows) {
    const part = positions.slice(row, row + pageRows);
    pages.push(
      ...page(DATA_PAGE, 5, [i32(part.length), i32(RLE_DICTIONARY), i32(RLE), i32(RLE)], bodyOf(part, values)),
    );
  }
  const element: SchemaElement = { name: 'count', type: 'INT32', repetition_type: 'OPTIONAL' };
  return {
    bytes: Uint8Array.from(pages).buffer,
    metadata: {
      type: 'INT32',
      encodings: ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
      path_in_schema: ['count'],
      codec: 'UNCOMPRESSED',
      num_values: BigInt(positions.length),
      total_uncompressed_size: BigInt(pages.length),
      total_compressed_size: BigInt(pages.length),
      data_page_offset: 0n,
    },
    schemaPath: [
      { element: { name: 'root', num_children: 1 }, children: [], count: 1, path: [] },
      { element, children: [], count: 1, path: ['count'] },
    ],
    compressors: {},
    parsers: {},
    rowCount: positions.length,
  };
}

/** Levels as one run where all are equal and bit by bit otherwise, then the positions bit by bit. */
function bodyOf(positions: readonly (number | null)[], values: readonly number[]): number[] {
  const levels = positions.map((position) => (position === null ? 0 : 1));
  const same = levels.every((level) => level === levels[0]);
  const encoded = same ? [...varint(positions.length * 2), levels[0] ?? 0] : bitPacked(levels, 1);
  const present = positions.filter((position) => position !== null);
  const width = 32 - Math.clz32(Math.max(values.length, ...present));
  return [...new Uint8Array(Uint32Array.of(encoded.length).buffer), ...encoded, width, ...bitPacked(present, width)];
}

function bitPacked(values: readonly number[], width: number): number[] {
  const groupCount = Math.ceil(values.length / 8);
  const bytes: number[] = new Array(groupCount * width).fill(0);
  for (const [at, value] of values.entries()) {
    for (let bit = 0; bit < width; bit += 1) {
      const place = at * width + bit;
      bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (((value >> bit) & 1) << (place & 7));
    }
  }
  return [...varint(groupCount * 2 + 1), ...bytes];
}

/** A page behind its header in Thrift's compact protocol; `field` is the one of the header for its type. */
function page(type: number, field: number, fields: readonly number[][], body: readonly number[]): number[] {
  const start = [i32(type), i32(body.length), i32(body.length)].flatMap((value) => [0x15, ...value]);
  const inner = fields.flatMap((value) => [0x15, ...value]);
  return [...start, ((field - 3) << 4) | 0x0c, ...inner, 0, 0, ...body];
}

function i32(value: number): number[] {
  return varint(value * 2);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}
