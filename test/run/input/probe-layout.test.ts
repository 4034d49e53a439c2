import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probeLayout } from '../../../lib/run/input/probe-layout.ts';
import { InputLayout } from '../../../lib/shards/input-layout.ts';
import type { DataSource } from '../../../lib/workflow/definition.ts';
import { memoryObjectStore } from '../../memory-object-store.ts';

const flights = readFileSync('node_modules/vega-datasets/data/flights-3m.parquet');

describe('probeLayout', () => {
  it('counts the bytes of text, object by object, in code unit order', async () => {
    const objects = memoryObjectStore({ 'in/é.csv': 'a\n1\n', 'in/z.csv': 'a\n', 'input.csv': 'a\n' });
    expect(await probeLayout({ kind: 'csv', location: 'in/' }, objects)).toEqual({
      unit: 'byte',
      unitCount: 6,
      segments: [
        { units: 2, bytes: 2 },
        { units: 4, bytes: 4 },
      ],
      cutInside: true,
      objects: [
        { location: 'in/z.csv', units: 2, sizeBytes: 2 },
        { location: 'in/é.csv', units: 4, sizeBytes: 4 },
      ],
    });
    expect((await probeLayout({ kind: 'ndjson', location: 'input.csv' }, objects)).unitCount).toBe(2);
  });

  it('refuses a column that the header of CSV does not have, with the name that was meant', async () => {
    const objects = memoryObjectStore({ 'in/0.csv': '', 'in/1.csv': 'amount,note\n1,a\n' });
    const layout = (...columns: readonly string[]) =>
      probeLayout({ kind: 'csv', location: 'in/', columns: [...columns] }, objects);
    expect((await layout('note', 'amount')).unitCount).toBe(16);
    await expect(layout('note', 'amuont')).rejects.toMatchObject({
      name: 'InvalidInput',
      message: "'in/1.csv' has no column 'amuont'; its first line has amount, note; did you mean 'amount'?",
    });
  });

  it('finds the row groups of Parquet from its footer alone', async () => {
    const objects = memoryObjectStore({ 'in/1': flights, 'in/2': flights });
    const layout = InputLayout.parse(await probeLayout({ kind: 'parquet', location: 'in/' }, objects));
    expect(layout).toMatchObject({ unit: 'row', unitCount: 6_000_000, cutInside: false });
    expect(layout.segments.map(({ units }) => units).slice(0, 12)).toEqual([
      ...new Array<number>(10).fill(272_727),
      272_730,
      272_727,
    ]);
    // compressed sizes of the five columns of the first row group, as pyarrow wrote them
    expect(layout.segments[0]?.bytes).toBe(132_223 + 289_203 + 372_061 + 216_748 + 216_537);
    expect(layout.objects.map(({ units }) => units)).toEqual([3_000_000, 3_000_000]);
    expect(objects.reads.every(({ bytes }) => bytes <= 65_536)).toBe(true);
  });

  it('takes objects as they are and keys by their number', async () => {
    const objects = memoryObjectStore({ 'in/1': 'abc' });
    expect(await probeLayout({ kind: 'objects', location: 'in/1' }, objects)).toMatchObject({
      unit: 'object',
      unitCount: 1,
      segments: [{ units: 1, bytes: 3 }],
    });
    expect(await probeLayout({ kind: 'keys', from: 10, to: 25 }, objects)).toMatchObject({
      unit: 'key',
      unitCount: 15,
      cutInside: true,
    });
  });

  it.each<DataSource>([
    { kind: 'csv', location: 'gone.csv' },
    { kind: 'objects', location: 'gone/' },
    { kind: 'parquet', location: 'gone.parquet' },
  ])('names what is not there: $location', async (source) => {
    await expect(probeLayout(source, memoryObjectStore())).rejects.toMatchObject({
      name: 'MissingObject',
      message: expect.stringContaining(`'${source.kind === 'keys' ? '' : source.location}'`),
    });
  });

  it.each([
    ['cut off', flights.subarray(0, 1_000_000)],
    ['cut off in front', flights.subarray(13_000_000)],
    ['empty', new Uint8Array()],
    ['something else', 'iata,name\nATL,Hartsfield\n'],
  ])('refuses a Parquet object that is %s', async (_, body) => {
    const objects = memoryObjectStore({ 'in.parquet': body });
    await expect(probeLayout({ kind: 'parquet', location: 'in.parquet' }, objects)).rejects.toMatchObject({
      name: 'CorruptData',
      message: expect.stringContaining("'in.parquet'"),
    });
  });
});
