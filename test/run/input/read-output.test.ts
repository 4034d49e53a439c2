import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../lib/run/input/crc32.ts';
import { outputBuilder } from '../../../lib/run/input/output-builder.ts';
import { OutputManifest } from '../../../lib/run/input/output-manifest.ts';
import { partitionOf } from '../../../lib/run/input/partition-of.ts';
import { readOutput } from '../../../lib/run/input/read-output.ts';
import { memoryObjectStore } from '../../memory-object-store.ts';

interface Written {
  readonly record: unknown;
  readonly key?: string;
}

const written = fc.array(
  fc.record({ record: fc.jsonValue(), key: fc.string({ unit: 'binary' }) }, { requiredKeys: ['record'] }),
);

function build(all: readonly Written[], partitionCount: number) {
  const builder = outputBuilder(partitionCount);
  for (const { record, key } of all) builder.write(record, key);
  const { body, contents, recordsByPartition } = builder.build();
  return { body, recordsByPartition, manifest: OutputManifest.parse({ location: 'output', ...contents }) };
}

/** Nothing can be brought back here. */
const restore = async () => undefined;

async function read(body: Uint8Array, manifest: OutputManifest, start: number, end: number): Promise<unknown[]> {
  const objects = memoryObjectStore({ output: body });
  const records: unknown[] = [];
  for await (const block of readOutput({
    operation: 'count',
    manifest,
    partitions: { start, end },
    objects,
    restore,
  })) {
    expect(block.from).toBe('count');
    records.push(...block.records);
  }
  return records;
}

/** What survives a round through JSON: -0 becomes 0. */
function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('outputBuilder and readOutput', () => {
  it('give every partition exactly the records whose key belongs to it, in the order they were written', async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.integer({ min: 1, max: 9 }), async (all, partitionCount) => {
        const { body, manifest, recordsByPartition } = build(all, partitionCount);
        for (let partition = 0; partition < partitionCount; partition += 1) {
          const own = all.filter(({ record, key }) => {
            return partitionOf(key ?? JSON.stringify(record), partitionCount) === partition;
          });
          expect(await read(body, manifest, partition, partition + 1)).toEqual(own.map(({ record }) => json(record)));
          expect(recordsByPartition[partition]).toBe(own.length);
        }
        expect(manifest.records).toBe(all.length);
        expect(manifest.sizeBytes).toBe(body.length);
      }),
    );
  });

  it('read neighbouring partitions as if one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.nat(8), fc.nat(8), async (all, one, other) => {
        const { body, manifest } = build(all, 8);
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        const apart: unknown[] = [];
        for (let at = start; at < end; at += 1) apart.push(...(await read(body, manifest, at, at + 1)));
        expect(await read(body, manifest, start, end)).toEqual(apart);
      }),
    );
  });

  it('lets no changed byte pass', async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.nat(), fc.integer({ min: 1, max: 255 }), async (all, pick, change) => {
        fc.pre(all.length > 0);
        const { body, manifest } = build(all, 3);
        const damaged = Uint8Array.from(body, (byte, at) => (at === pick % body.length ? byte ^ change : byte));
        await expect(read(damaged, manifest, 0, 3)).rejects.toMatchObject({ name: 'ChecksumMismatch' });
      }),
    );
  });

  it('lets no output pass that is cut off', async () => {
    const { body, manifest } = build([{ record: { airport: 'ATL' } }, { record: { airport: 'ORD' } }], 1);
    await expect(read(body.subarray(0, -1), manifest, 0, 1)).rejects.toMatchObject({ name: 'ChecksumMismatch' });
  });

  it('cuts large partitions into frames, and passes on whole ones before a damaged one', async () => {
    const all = Array.from({ length: 40 }, (_, index) => ({ record: { index, text: 'é'.repeat(100_000) } }));
    const { body, manifest } = build(all, 1);
    expect(manifest.frameEnds.length).toBeGreaterThan(2);
    expect(await read(body, manifest, 0, 1)).toEqual(all.map(({ record }) => record));
    body[body.length - 10] = 0;
    const objects = memoryObjectStore({ output: body });
    const blocks = readOutput({ operation: 'count', manifest, partitions: { start: 0, end: 1 }, objects, restore });
    expect((await blocks.next()).value?.records[0]).toEqual(all[0]?.record);
    const rest = async () => {
      for await (const _ of blocks);
    };
    await expect(rest()).rejects.toMatchObject({ name: 'ChecksumMismatch' });
  });

  it('restores a damaged output once, and goes on with what is there then', async () => {
    const all = [{ record: 'first' }, { record: 'second' }];
    const { body, manifest } = build(all, 1);
    const objects = memoryObjectStore({ output: body.subarray(0, -3) });
    let restoredCount = 0;
    const restoring = async () => {
      restoredCount += 1;
      await objects.put('output', body);
    };
    const request = { operation: 'count', manifest, partitions: { start: 0, end: 1 }, objects, restore: restoring };
    const records: unknown[] = [];
    for await (const block of readOutput(request)) records.push(...block.records);
    expect(records).toEqual(['first', 'second']);
    expect(restoredCount).toBe(1);
  });

  it('reads nothing of an output without records', async () => {
    const { body, manifest } = build([], 4);
    expect(body.length).toBe(0);
    expect(manifest.offsets).toEqual([0, 0, 0, 0, 0]);
    expect(await read(body, manifest, 0, 4)).toEqual([]);
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a BigInt', 1n],
  ])('refuses %s as a record', (_, record) => {
    expect(() => outputBuilder(1).write(record)).toThrow(/no JSON/);
  });

  it('tells of an output that is gone', async () => {
    const { manifest } = build([{ record: 1 }], 1);
    const blocks = readOutput({
      operation: 'count',
      manifest,
      partitions: { start: 0, end: 1 },
      objects: memoryObjectStore(),
      restore,
    });
    await expect(blocks.next()).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: expect.stringContaining('it is gone'),
    });
  });
});

describe('partitionOf', () => {
  it('spreads similar keys evenly, also over a power of two', () => {
    // 64,000 keys on 64 partitions: 1,000 each, standard deviation 31.4; five of those bound every one of the 64
    const counts = new Array<number>(64).fill(0);
    for (let key = 0; key < 64_000; key += 1) {
      const partition = partitionOf(`airport-${key}`, 64);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.max(...counts)).toBeLessThan(1_157);
    expect(Math.min(...counts)).toBeGreaterThan(843);
  });

  it('stays as it is: outputs of an interrupted run are read by a later version', () => {
    expect(['', 'ATL', 'é', '中'].map((key) => partitionOf(key, 1_000))).toMatchInlineSnapshot(`
      [
        809,
        242,
        622,
        637,
      ]
    `);
  });
});

describe('crc32', () => {
  it('gives the check value of its standard', () => {
    // "123456789" => cbf43926, catalogue of parametrised CRC algorithms, CRC-32/ISO-HDLC
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('is that of zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(7), (bytes, from) => {
        expect(crc32(bytes.subarray(from))).toBe(zlibCrc32(bytes.subarray(from)));
      }),
    );
  });
});
