import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../lib/core/collect.ts';
import { outputBuilder } from '../../../lib/run/input/output-builder.ts';
import { OutputManifest } from '../../../lib/run/input/output-manifest.ts';
import { readOutput } from '../../../lib/run/input/read-output.ts';
import { type PartitionedOutput, readPartitions } from '../../../lib/run/input/read-partitions.ts';
import { memoryObjectStore } from '../../memory-object-store.ts';

const PARTITION_COUNT = 8;

/** One output of an operation for each list of records, in a store that counts its reads. */
function outputsOf(all: readonly (readonly unknown[])[]) {
  const objects = memoryObjectStore({});
  const restore = async () => undefined;
  const outputs = all.map((records, at): PartitionedOutput => {
    const builder = outputBuilder(PARTITION_COUNT);
    for (const record of records) builder.write(record);
    const { body, contents } = builder.build();
    const location = `output-${at}`;
    void objects.put(location, body);
    return { operation: `from-${at}`, manifest: OutputManifest.parse({ location, ...contents }), objects, restore };
  });
  return { objects, outputs };
}

describe('readPartitions', () => {
  it('gives partition by partition what every output has of it, in the order of the outputs', async () => {
    const records = fc.array(fc.array(fc.jsonValue(), { maxLength: 20 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(records, fc.nat(PARTITION_COUNT), fc.nat(PARTITION_COUNT), async (all, one, other) => {
        const { outputs } = outputsOf(all);
        const range = { start: Math.min(one, other), end: Math.max(one, other) };
        const expected = [];
        for (let start = range.start; start < range.end; start += 1) {
          for (const output of outputs) {
            const partitions = { start, end: start + 1 };
            for (const block of await collect(readOutput({ ...output, partitions }))) {
              expected.push({ ...block, end: start + 1 });
            }
          }
        }
        expect(await collect(readPartitions(outputs, range))).toEqual(expected);
      }),
    );
  });

  it('makes one request for each output that has something, however many partitions it asks for', async () => {
    const { objects, outputs } = outputsOf([Array.from({ length: 100 }, (_, index) => index), [], [1, 2, 3]]);
    await collect(readPartitions(outputs, { start: 0, end: PARTITION_COUNT }));
    expect(objects.reads.length).toBe(2);
  });

  it('reads partitions that are too large to be held together one after the other', async () => {
    const large = Array.from({ length: 12 }, (_, index) => `${index}${'x'.repeat(1_000_000)}`);
    const { objects, outputs } = outputsOf([large, large]);
    const blocks = await collect(readPartitions(outputs, { start: 0, end: PARTITION_COUNT }));
    expect(blocks.flatMap((block) => block.records).toSorted()).toEqual([...large, ...large].toSorted());
    expect(Math.max(...objects.reads.map(({ bytes }) => bytes))).toBeLessThan(5_000_000);
    expect(objects.reads.length).toBeGreaterThan(4);
  });
});
