import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { zlibCodecs as codecs } from '../../../lib/adapters/zlib-codecs.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { probeLayout } from '../../../lib/run/input/probe-layout.ts';
import { type ReadBlock, readRange } from '../../../lib/run/input/read-range.ts';
import type { DataSource } from '../../../lib/workflow/definition.ts';
import { memoryObjectStore } from '../../memory-object-store.ts';

async function readBlocks(source: DataSource, objects: ObjectStore, range?: { start: number; end: number }) {
  const layout = await probeLayout(source, objects);
  const blocks: ReadBlock[] = [];
  const whole = { start: 0, end: layout.unitCount };
  for await (const block of readRange({ source, layout, range: range ?? whole, objects, codecs })) blocks.push(block);
  return blocks;
}

async function readRecords(source: DataSource, objects: ObjectStore, range?: { start: number; end: number }) {
  return (await readBlocks(source, objects, range)).flatMap(({ records }) => records);
}

/** Reads [0, size) in the pieces that the cuts make. */
async function readInPieces(source: DataSource, objects: ObjectStore, cuts: readonly number[]) {
  const { unitCount } = await probeLayout(source, objects);
  const borders = [0, ...cuts.map((cut) => cut % (unitCount + 1)).sort((a, b) => a - b), unitCount];
  const records: unknown[] = [];
  for (const [index, start] of borders.slice(0, -1).entries()) {
    records.push(...(await readRecords(source, objects, { start, end: borders[index + 1] ?? unitCount })));
  }
  return records;
}

const lineEnd = fc.constantFrom('\n', '\r\n');
const cuts = fc.array(fc.nat(), { maxLength: 6 });

describe('readRange of NDJSON', () => {
  const source: DataSource = { kind: 'ndjson', location: 'data/' };
  const file = fc
    .record({
      lines: fc.array(
        fc.oneof(
          fc.jsonValue().map((value) => JSON.stringify(value)),
          fc.constant(''),
        ),
        { maxLength: 12 },
      ),
      end: lineEnd,
      closed: fc.boolean(),
    })
    .map(({ lines, end, closed }) => ({
      text: lines.join(end) + (closed ? end : ''),
      records: lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line)),
    }));

  it('gives every record to exactly one range, wherever the cuts are', async () => {
    await fc.assert(
      fc.asyncProperty(file, file, cuts, async (first, second, at) => {
        const objects = memoryObjectStore({ 'data/1': first.text, 'data/2': second.text });
        const all = [...first.records, ...second.records];
        expect(await readRecords(source, objects)).toEqual(all);
        expect(await readInPieces(source, objects, at)).toEqual(all);
      }),
    );
  });

  it('gives a line that starts at the cut to the range after it', async () => {
    const objects = memoryObjectStore({ 'data/1': '{"a":1}\n{"a":2}\n' });
    expect(await readRecords(source, objects, { start: 0, end: 8 })).toEqual([{ a: 1 }]);
    expect(await readRecords(source, objects, { start: 8, end: 16 })).toEqual([{ a: 2 }]);
    expect(await readRecords(source, objects, { start: 0, end: 9 })).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await readRecords(source, objects, { start: 9, end: 16 })).toEqual([]);
  });

  it('goes on from the cursor of any block as if it had never stopped', async () => {
    const line = (index: number) => `${JSON.stringify({ index, text: 'x'.repeat((index * 97) % 7_000) })}\n`;
    const text = Array.from({ length: 1_200 }, (_, index) => line(index)).join('');
    const objects = memoryObjectStore({ 'data/1': text });
    const range = { start: 3_001, end: text.length - 50_000 };
    const blocks = await readBlocks(source, objects, range);
    expect(blocks.length).toBeGreaterThan(3);
    for (const [index, { end }] of blocks.entries()) {
      const rest = await readRecords(source, objects, { start: end, end: range.end });
      expect(rest).toEqual(blocks.slice(index + 1).flatMap(({ records }) => records));
    }
    expect(blocks.at(-1)?.end).toBe(range.end);
  });

  it('reads a record that is longer than a step, and only what it needs of a large object', async () => {
    const long = { text: 'é'.repeat(1_500_000) };
    const text = `{"a":1}\n${JSON.stringify(long)}\n${'{"a":2}\n'.repeat(1_000_000)}`;
    const objects = memoryObjectStore({ 'data/1': text });
    expect(await readRecords(source, objects, { start: 0, end: 20 })).toEqual([{ a: 1 }, long]);
    expect(objects.reads.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(6_000_000);
  });

  it('names the object and the byte of a line that is no JSON', async () => {
    const objects = memoryObjectStore({ 'data/1': '{"a":1}\n', 'data/2': '{"a":1}\n\n{"a"}\n{"a":3}' });
    await expect(readRecords(source, objects)).rejects.toMatchObject({
      name: 'CorruptData',
      message: expect.stringContaining("'data/2' at byte 9 cannot be read"),
    });
  });

  it('refuses bytes that are no UTF-8 rather than guess', async () => {
    const objects = memoryObjectStore({ 'data/1': Uint8Array.from([0x22, 0xff, 0x22, 0x0a]) });
    await expect(readRecords(source, objects)).rejects.toMatchObject({ name: 'CorruptData' });
  });

  it.each([0, 1_000_000])('gives up on a record without an end, read from byte %i on', async (start) => {
    const sizeBytes = 1e12;
    const endless: ObjectStore = {
      ...memoryObjectStore(),
      info: async (location) => ({ location, sizeBytes }),
      get: async (_, range = { start: 0, end: 0 }) => new Uint8Array(range.end - range.start),
    };
    const reading = readRecords({ kind: 'ndjson', location: 'one' }, endless, { start, end: sizeBytes });
    await expect(reading).rejects.toMatchObject({
      name: 'CorruptData',
      message: expect.stringContaining(
        `'one' at byte ${start} cannot be read: one record is longer than 67108864 bytes`,
      ),
    });
  });

  it('tells when an object became shorter after it was probed', async () => {
    const objects = memoryObjectStore({ 'data/1': '1\n2\n3\n' });
    const layout = await probeLayout(source, objects);
    await objects.put('data/1', new TextEncoder().encode('1\n'));
    const range = { start: 0, end: layout.unitCount };
    const blocks = readRange({ source, layout, range, objects, codecs });
    await expect(blocks.next()).rejects.toMatchObject({
      name: 'CorruptData',
      message: expect.stringContaining("'data/1' at byte 2"),
    });
  });
});

describe('readRange of Parquet', () => {
  const source: DataSource = { kind: 'parquet', location: 'flights' };
  const body = readFileSync('node_modules/vega-datasets/data/flights-3m.parquet');

  it('gives the rows of the reference reader, as plain JSON', async () => {
    const objects = memoryObjectStore({ flights: body });
    const range = { start: 272_700, end: 272_760 };
    const expected = await parquetReadObjects({
      file: { byteLength: body.length, slice: (start, end) => Uint8Array.from(body.subarray(start, end)).buffer },
      compressors: { ZSTD: codecs.zstd },
      rowStart: range.start,
      rowEnd: range.end,
    });
    const plain = expected.map(({ date, delay, distance, origin, destination }) => {
      return { date: date.getTime(), delay: Number(delay), distance: Number(distance), origin, destination };
    });
    const blocks = await readBlocks(source, objects, range);
    expect(blocks.map(({ end }) => end)).toEqual([272_727, 272_760]);
    expect(blocks.flatMap(({ records }) => records)).toEqual(plain);
  });

  it.each(['gzip', 'brotli', 'snappy', 'zstd'])(
    'reads every type of column as plain JSON, compressed by %s',
    async (codec) => {
      // written by pyarrow 26.0.1 in row groups of 2 rows and 1
      const types = readFileSync(`test/fixtures/parquet/types-${codec}.parquet`);
      const blocks = await readBlocks(source, memoryObjectStore({ flights: types }));
      expect(blocks.map(({ end }) => end)).toEqual([2, 3]);
      expect(blocks.flatMap(({ records }) => records)).toEqual([
        {
          small: 1,
          large: 9_007_199_254_740_991,
          real: 0.5,
          flag: true,
          text: 'é',
          day: Date.UTC(2026, 10, 24),
          millis: 1_764_000_000_123,
          micros: 1_764_000_000_123.456,
          price: 12.5,
          list: [1, 2],
          point: { x: 1, y: 'a' },
        },
        {
          small: null,
          large: '9007199254740992',
          real: null,
          flag: null,
          text: '',
          day: null,
          millis: null,
          micros: null,
          price: null,
          list: [],
          point: null,
        },
        {
          small: -3,
          large: '-4611686018427387904',
          real: null,
          flag: false,
          text: null,
          day: -86_400_000,
          millis: -1,
          micros: -0.001,
          price: -0.25,
          list: null,
          point: { x: null, y: 'b' },
        },
      ]);
    },
  );

  it('reads the columns that are asked for, in their order, and no bytes of the others', async () => {
    const objects = memoryObjectStore({ flights: body });
    const columns = ['origin', 'delay'];
    const [row] = await readRecords({ ...source, columns }, objects, { start: 0, end: 1 });
    expect(Object.keys(row as object)).toEqual(columns);
    // footer, and the two column chunks of 216,748 and 289,203 bytes
    expect(objects.reads.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(700_000);
  });

  it('names the column that is not there', async () => {
    const asked = readRecords({ ...source, columns: ['airline'] }, memoryObjectStore({ flights: body }));
    await expect(asked).rejects.toMatchObject({
      name: 'CorruptData',
      message: expect.stringContaining("no column 'airline', only date, delay"),
    });
  });

  it('tells of damage inside a row group', async () => {
    const damaged = Uint8Array.from(body);
    damaged.fill(0xff, 4, 200); // the first page header of the file
    await expect(
      readRecords(source, memoryObjectStore({ flights: damaged }), { start: 0, end: 10 }),
    ).rejects.toMatchObject({
      name: 'CorruptData',
      message: expect.stringContaining("'flights'"),
    });
  });
});

describe('readRange of keys and objects', () => {
  it('gives every number of a key range once', async () => {
    const source: DataSource = { kind: 'keys', from: -5, to: 40_000 };
    const all = Array.from({ length: 40_005 }, (_, index) => index - 5);
    expect(await readRecords(source, memoryObjectStore())).toEqual(all);
    expect(await readRecords(source, memoryObjectStore(), { start: 4, end: 8 })).toEqual([-1, 0, 1, 2]);
  });

  it('gives objects one by one, with a cursor after each', async () => {
    const objects = memoryObjectStore({ 'in/b': '12', 'in/a': '1', other: '' });
    expect(await readBlocks({ kind: 'objects', location: 'in/' }, objects)).toEqual([
      { from: 'in/a', records: [{ location: 'in/a', sizeBytes: 1 }], end: 1 },
      { from: 'in/b', records: [{ location: 'in/b', sizeBytes: 2 }], end: 2 },
    ]);
  });
});

describe('readRange of CSV', () => {
  const source: DataSource = { kind: 'csv', location: 'data/' };

  it('gives texts by the names in the header', async () => {
    const objects = memoryObjectStore({
      'data/1': '\u{feff}iata,name\r\nATL,"Hartsfield, ""Jackson"""\r\n\r\nORD,O’Hare',
    });
    expect(await readRecords(source, objects)).toEqual([
      { iata: 'ATL', name: 'Hartsfield, "Jackson"' },
      { iata: 'ORD', name: 'O’Hare' },
    ]);
  });

  it('gives every record to exactly one range, wherever the cuts are', async () => {
    const field = fc.stringMatching(/^[a-zé"; ]{0,6}$/u);
    const rows = fc.array(fc.tuple(fc.nat(99).map(String), field), { maxLength: 10 });
    const file = fc.record({ rows, end: lineEnd, closed: fc.boolean() }).map((made) => {
      const quoted = made.rows.map(([id, text]) => `${id},"${text.replaceAll('"', '""')}"`);
      return {
        text: ['id,text', ...quoted].join(made.end) + (made.closed ? made.end : ''),
        records: made.rows.map(([id, text]) => ({ id, text })),
      };
    });
    await fc.assert(
      fc.asyncProperty(file, file, cuts, async (first, second, at) => {
        const objects = memoryObjectStore({ 'data/1': first.text, 'data/2': second.text });
        const all = [...first.records, ...second.records];
        expect(await readRecords(source, objects)).toEqual(all);
        expect(await readInPieces(source, objects, at)).toEqual(all);
      }),
    );
  });

  it('gives every record to exactly one range even if its fields hold line ends, quotes and delimiters', async () => {
    const word = fc.stringMatching(/^[a-zé]{1,5}$/u);
    const part = fc.oneof({ weight: 3, arbitrary: word }, fc.constantFrom('\n', '\r\n', ',', '"', ' ', '\n\n'));
    const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
    const rows = fc.array(fc.tuple(word, text, word), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, lineEnd, cuts, async (made, end, at) => {
        const lines = made.map(([id, note, last]) => `${id},"${note.replaceAll('"', '""')}",${last}`);
        const objects = memoryObjectStore({ 'data/1': ['id,note,last', ...lines, ''].join(end) });
        const all = made.map(([id, note, last]) => ({ id, note, last }));
        expect(await readInPieces(source, objects, at)).toEqual(all);
      }),
      { numRuns: 300 },
    );
  });

  it('reads another delimiter and a choice of columns', async () => {
    const objects = memoryObjectStore({ 'data/1': 'a;b;c\n1;2;3\n' });
    const records = await readRecords({ ...source, delimiter: ';', columns: ['c', 'a'] }, objects);
    expect(records).toEqual([{ c: '3', a: '1' }]);
  });

  it.each([
    ['a record with a field too many', 'a,b\n1,2\n1,2,3\n', 8],
    ['a record with a field too few', 'a,b\n1\n1,2\n', 4],
    ['a quote that is never closed', 'a,b\n1,2\n1,"2\n', 8],
    ['a quote inside a field', 'a,b\n1,2\n1,x"y"\n', 8],
    ['a column that is named twice', 'a,a\n1,2\n', 0],
    ['a column that no record can hold', '__proto__,a\n1,2\n', 0],
  ])('names the byte of %s', async (_, text, offset) => {
    await expect(readRecords(source, memoryObjectStore({ 'data/1': text }))).rejects.toMatchObject({
      name: 'CorruptData',
      message: expect.stringContaining(`'data/1' at byte ${offset} cannot be read`),
    });
  });
});
