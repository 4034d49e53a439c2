import { describe, expect, it } from 'vitest';
import { type AnyTask, defineTask } from '../../lib/run/define-task.ts';
import { OutputManifest } from '../../lib/run/input/output-manifest.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { shardItem } from '../../lib/run/shard-record.ts';
import { splitShard } from '../../lib/run/split-shard.ts';
import { workSlot } from '../../lib/run/work-slot.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { type StoredOperation, storedRun } from '../fixtures/stored-run.ts';
import { readShard } from './run-fixture.ts';

/** Passes numbers on, the key being their last digit. */
const pass = defineTask<unknown, number>({
  name: 'pass',
  async run({ input, write }) {
    for await (const { records } of input) for (const record of records) write(record, String(record % 10));
  },
});

/** Passes numbers on, a hundred times as large: another operation's are told apart. */
const hundredfold = defineTask<unknown, number>({
  name: 'hundredfold',
  async run({ input, write }) {
    for await (const { records } of input) for (const record of records) write(100 * record, String(record % 10));
  },
});

/** Writes down what it was given, block by block. */
const note: AnyTask = defineTask<unknown, number>({
  name: 'note',
  async run({ input, write }) {
    for await (const { from, records } of input) write({ from, records });
  },
});

interface Noted {
  readonly from: string;
  readonly records: readonly number[];
}

/** Runs everything and tells what each shard of the operation `b` was given. */
async function noted(
  operations: readonly StoredOperation[],
  meddle: (services: MemoryServices, run: string) => Promise<unknown> = async () => undefined,
): Promise<readonly (readonly Noted[])[]> {
  const services = memoryServices({ tasks: [pass, hundredfold, note] });
  const { table, objects, clock } = services;
  const run = await storedRun(services, operations);
  await meddle(services, run);
  const slot = { run, slot: 's', pool: '1769-az1', zone: 'az1', memoryMiB: 1_769 };
  const invocation = { owner: 's:1', cold: false, claimUntil: 1e6, endsAt: 1e6 };
  const judge = () => ({ kind: 'poison', attempts: 1 }) as const;
  await clock.during(workSlot({ slot, invocation, judge, mayClaim: async () => true }, services));
  const inputs: (readonly Noted[])[] = [];
  for await (const { output, error } of readShards(table, run, 'b')) {
    expect(error).toBeUndefined();
    const text = new TextDecoder().decode(await objects.get(OutputManifest.parse(output).location));
    inputs.push(text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Noted])));
  }
  return inputs;
}

const flat = (blocks: readonly Noted[] = []) => blocks.flatMap(({ records }) => records);
const range = (start: number, end: number) => ({ start, end });
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('workInput behind a wide edge', () => {
  const shuffle: readonly StoredOperation[] = [
    { id: 'a', ranges: [range(0, 20), range(20, 40)], outputPartitions: 4 },
    { id: 'c', ranges: [range(0, 10)], tasks: ['hundredfold'], outputPartitions: 4 },
    {
      id: 'b',
      tasks: ['note'],
      unit: 'partition',
      ranges: [range(0, 1), range(1, 4)],
      after: [
        { operation: 'a', edge: 'wide' },
        { operation: 'c', edge: 'wide' },
      ],
    },
  ];

  it('gives every record of every predecessor to exactly one shard, equal keys to the same one', async () => {
    const inputs = (await noted(shuffle)).map(flat);
    const all = [...numbers(0, 40), ...numbers(0, 10).map((number) => 100 * number)];
    expect(inputs.flat().toSorted((x, y) => x - y)).toEqual(all.toSorted((x, y) => x - y));
    const digitOf = (record: number) => (record >= 100 ? (record / 100) % 10 : record % 10);
    const digits = inputs.map((input) => new Set(input.filter((record) => record > 0).map(digitOf)));
    expect(digits[0]?.intersection(digits[1] ?? new Set()).size).toBe(0);
    expect(Math.min(...digits.map(({ size }) => size))).toBeGreaterThan(0);
  });

  it('gives them partition by partition, each from the predecessors in their order and in the order of their input', async () => {
    const [first = []] = await noted(shuffle);
    expect(first.map(({ from }) => from)).toEqual(['a', 'a', 'c']);
    expect(flat(first.slice(0, 2))).toEqual(flat(first.slice(0, 2)).toSorted((x, y) => x - y));
  });
});

describe('workInput behind a narrow edge', () => {
  it('gives the shards of its range, in order', async () => {
    const inputs = await noted([
      { id: 'a', ranges: [range(0, 5), range(5, 7), range(7, 30)] },
      {
        id: 'b',
        tasks: ['note'],
        unit: 'shard',
        ranges: [range(0, 2), range(2, 3)],
        after: [{ operation: 'a', edge: 'narrow' }],
      },
    ]);
    expect(inputs.map(flat)).toEqual([numbers(0, 7), numbers(7, 30)]);
  });

  it('gives an index that was cut in the order of its ranges, not of its cuts', async () => {
    const cut = async ({ table }: MemoryServices, run: string) => {
      for (const at of [8, 4]) await splitShard(table, await readShard(table, run, 'a/0'), { at, now: 0 });
    };
    const inputs = await noted(
      [
        { id: 'a', ranges: [range(0, 10)] },
        { id: 'b', tasks: ['note'], unit: 'shard', ranges: [range(0, 1)], after: [{ operation: 'a', edge: 'narrow' }] },
      ],
      cut,
    );
    expect(inputs[0]?.map(({ records }) => records)).toEqual([numbers(0, 4), numbers(4, 8), numbers(8, 10)]);
  });

  it('leaves out what was proposed as a part of an index and never became one', async () => {
    const propose = async ({ table }: MemoryServices, run: string) => {
      const whole = await readShard(table, run, 'a/0');
      await table.put(shardItem({ ...whole, shard: 'a/0.1', state: 'REMOVED', range: range(4, 10) }));
    };
    const inputs = await noted(
      [
        { id: 'a', ranges: [range(0, 10)] },
        { id: 'b', tasks: ['note'], unit: 'shard', ranges: [range(0, 1)], after: [{ operation: 'a', edge: 'narrow' }] },
      ],
      propose,
    );
    expect(inputs.map(flat)).toEqual([numbers(0, 10)]);
  });

  it('gives an index after the one before it when both have many predecessors', async () => {
    const [input] = await noted([
      { id: 'a', ranges: [range(0, 2), range(2, 4)] },
      { id: 'c', ranges: [range(1, 2), range(2, 3)], tasks: ['hundredfold'] },
      {
        id: 'b',
        tasks: ['note'],
        unit: 'shard',
        ranges: [range(0, 2)],
        after: [
          { operation: 'a', edge: 'narrow' },
          { operation: 'c', edge: 'narrow' },
        ],
      },
    ]);
    expect(flat(input)).toEqual([0, 1, 100, 2, 3, 200]);
  });
});

describe('workInput with a broadcast', () => {
  const side = { id: 's', ranges: [range(1, 3), range(3, 4)], tasks: ['hundredfold'], outputPartitions: 3 };

  it('gives all of a wide predecessor first, then the shards of a narrow one', async () => {
    const inputs = await noted([
      side,
      { id: 'a', ranges: [range(0, 2), range(2, 4)] },
      {
        id: 'b',
        tasks: ['note'],
        unit: 'shard',
        ranges: [range(0, 1), range(1, 2)],
        after: [
          { operation: 'a', edge: 'narrow' },
          { operation: 's', edge: 'wide' },
        ],
      },
    ]);
    for (const [index, own] of [
      [0, [0, 1]],
      [1, [2, 3]],
    ] as const) {
      const blocks = inputs[index] ?? [];
      const broadcast = flat(blocks.filter(({ from }) => from === 's'));
      expect(broadcast.toSorted((x, y) => x - y)).toEqual([100, 200, 300]);
      expect(flat(blocks).slice(3)).toEqual(own);
    }
  });

  it('gives all of a wide predecessor first, then the range of a source', async () => {
    const inputs = await noted([
      side,
      {
        id: 'b',
        tasks: ['note'],
        source: { kind: 'keys', from: 0, to: 6 },
        ranges: [range(0, 3), range(3, 6)],
        after: [{ operation: 's', edge: 'wide' }],
      },
    ]);
    expect(inputs.map((blocks) => flat(blocks).slice(3))).toEqual([numbers(0, 3), numbers(3, 6)]);
    expect(inputs.map((blocks) => flat(blocks.slice(0, -1)).toSorted((x, y) => x - y))).toEqual([
      [100, 200, 300],
      [100, 200, 300],
    ]);
  });
});

describe('workInput of the whole', () => {
  it('gives one shard all that its predecessors gave, in their order', async () => {
    const [input = []] = await noted([
      { id: 'a', ranges: [range(0, 5), range(5, 9)] },
      { id: 'c', ranges: [range(0, 2)], tasks: ['hundredfold'] },
      {
        id: 'b',
        tasks: ['note'],
        unit: 'whole',
        ranges: [range(0, 1)],
        after: [
          { operation: 'c', edge: 'wide' },
          { operation: 'a', edge: 'wide' },
        ],
      },
    ]);
    expect(flat(input)).toEqual([0, 100, ...numbers(0, 9)]);
  });
});
