import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputLayout } from '../../lib/shards/input-layout.ts';
import { type ShardRequest, shardWorkflow } from '../../lib/shards/shard-workflow.ts';
import type { Sharding } from '../../lib/shards/sharding.ts';
import type { WorkEstimate } from '../../lib/shards/work-estimate.ts';
import { Workflow } from '../../lib/workflow/definition.ts';
import { certainEstimate } from './graphs.ts';

const INPUT = { kind: 'csv', location: 'in/' };

describe('shardWorkflow', () => {
  it('cuts a source into the fewest shards that meet the deadline', () => {
    // 0.5 s + 60 s / N <= 10 s: N = 7
    const { operations, shards, shardCountBound } = shard([{ id: 'a', task: 'a', input: INPUT }], {
      timeLeftMs: 10_000,
    });
    expect(operations[0]).toMatchObject({ shardCount: 7, leastShardCount: 7, onCriticalPath: true, slackMs: 0 });
    expect(shards.map(({ id }) => id)).toEqual(['a/0', 'a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6']);
    expect(shardCountBound).toBeGreaterThan(6);
  });

  it('uses all slots that pay when time is what counts', () => {
    const { operations } = shard([{ id: 'a', task: 'a', input: INPUT }], { objective: 'latency', slotMax: 12 });
    expect(operations[0]?.shardCount).toBe(12);
  });

  it('joins a shuffle through barriers, with partitions for its readers', () => {
    const { operations, shards } = shard(
      [
        { id: 'map', task: 'map', input: INPUT },
        { id: 'reduce', task: 'reduce', after: [wide('map')] },
      ],
      { timeLeftMs: 30_000 },
    );
    const [map, reduce] = operations;
    expect(map?.outputPartitions).toBe(4 * (reduce?.shardCount ?? 0));
    expect(reduce?.layout).toMatchObject({ unit: 'partition', unitCount: map?.outputPartitions, cutInside: false });
    for (const one of shards.filter(({ operation }) => operation === 'reduce')) expect(one.needs).toEqual(['wide:map']);
  });

  it('takes the number and the weight of partitions from a histogram', () => {
    const partitions = [10, 1, 1, 1, 1, 1, 1];
    const { operations, shards } = shard(
      [
        { id: 'map', task: 'map', input: INPUT },
        { id: 'reduce', task: 'reduce', after: [wide('map')], partitions },
      ],
      { timeLeftMs: 45_000 },
    );
    expect(operations[0]?.outputPartitions).toBe(7);
    const first = shards.find(({ id }) => id === 'reduce/0');
    expect(first).toMatchObject({ range: { start: 0, end: 1 }, bytes: (1_000_000 * 10) / 16 });
  });

  it('reads the whole of a wide predecessor beside an input: a broadcast', () => {
    const { operations, shards } = shard([
      { id: 'small', task: 'small', divisible: false },
      { id: 'big', task: 'big', input: INPUT, after: [wide('small')] },
    ]);
    expect(operations.map(({ layout, outputPartitions }) => [layout.unit, outputPartitions])).toEqual([
      ['whole', 1],
      ['byte', 1],
    ]);
    for (const one of shards.filter(({ operation }) => operation === 'big')) expect(one.needs).toEqual(['wide:small']);
  });

  it('joins narrow predecessors shard by shard, in equal numbers', () => {
    const { operations, shards } = shard(
      [
        { id: 'left', task: 'left', input: INPUT },
        { id: 'right', task: 'right', input: INPUT },
        { id: 'join', task: 'join', after: [narrow('left'), narrow('right')] },
      ],
      { estimates: { right: { workMs: 200_000 }, join: { workMs: 90_000 } }, timeLeftMs: 30_000 },
    );
    const counts = operations.map(({ shardCount }) => shardCount);
    expect(counts[0]).toBe(counts[1]);
    expect(shards.find(({ id }) => id === 'left/0')?.feeds).toEqual(['join/0']);
    expect(shards.find(({ id }) => id === 'join/0')?.needs).toContain('narrow:right/0');
  });

  it('cuts an operation as finely as its narrow successor has to be', () => {
    const { operations } = shard(
      [
        { id: 'light', task: 'light', input: INPUT },
        { id: 'heavy', task: 'heavy', after: [narrow('light')] },
      ],
      { estimates: { light: { workMs: 40_000 }, heavy: { workMs: 200_000 } }, timeLeftMs: 25_000 },
    );
    expect(operations[1]?.shardCount).toBeGreaterThanOrEqual(9); // 200 s in at most 24.5 s
    expect(operations[0]?.shardCount).toBe(operations[1]?.shardCount);
  });

  it('does not cut what joins one shard with many', () => {
    const { operations, shards } = shard([
      { id: 'one', task: 'one', input: INPUT, divisible: false },
      { id: 'many', task: 'many', input: INPUT },
      { id: 'join', task: 'join', after: [narrow('one'), narrow('many')] },
    ]);
    expect(operations.at(-1)).toMatchObject({ shardCount: 1, layout: { unit: 'whole' } });
    expect(shards.at(-1)?.needs).toEqual(['wide:one', 'wide:many']);
  });

  it('cuts no finer than the operation allows', () => {
    const operations = [{ id: 'a', task: 'a', input: INPUT, divisible: 300_000 }];
    expect(shard(operations, { timeLeftMs: 25_000 }).operations[0]?.shardCount).toBe(3);
    expect(() => shard(operations, { timeLeftMs: 10_000 })).toThrow(
      expect.objectContaining({ name: 'DeadlineUnreachable' }),
    );
  });

  it('cuts longer shards than one invocation can hold, whatever the deadline and the slots', () => {
    const { operations } = shard([{ id: 'a', task: 'a', input: INPUT }], {
      estimates: { a: { workMs: 3_000_000 } },
      timeLeftMs: 10_000_000,
      slotMax: 2,
    });
    expect(operations[0]?.shardCount).toBe(10);
  });

  it('refuses more work than the slots can do, with the earliest deadline', () => {
    const operations = ['a', 'b', 'c'].map((id) => ({ id, task: id, input: INPUT }));
    expect(() => shard(operations, { slotMax: 4, timeLeftMs: 40_000 })).toThrow(
      expect.objectContaining({ name: 'DeadlineUnreachable', message: expect.stringContaining('45000 ms') }),
    );
  });

  it('names the operation without an estimate', () => {
    const request = requestOf([{ id: 'a', task: 'a', input: INPUT }], {});
    expect(() => shardWorkflow({ ...request, estimates: new Map() })).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining("'a' has no estimate") }),
    );
  });

  it('gives a shard graph in which every range is covered once and every edge fits', () => {
    fc.assert(
      fc.property(workflows(), (operations) => {
        const sharding = shard(operations, { timeLeftMs: 3_600_000, slotMax: 40, objective: 'latency' });
        expectRangesToTile(sharding);
        expectEdgesToFit(sharding);
      }),
      { numRuns: 200 },
    );
  });
});

function expectRangesToTile({ operations, shards }: Sharding): void {
  for (const { id, layout, shardCount } of operations) {
    const own = shards.filter(({ operation }) => operation === id);
    expect(own.map(({ index }) => index)).toEqual([...Array(shardCount).keys()]);
    expect(own[0]?.range.start).toBe(0);
    expect(own.at(-1)?.range.end).toBe(layout.unitCount);
    for (const [index, { range }] of own.entries()) if (index > 0) expect(range.start).toBe(own[index - 1]?.range.end);
  }
}

function expectEdgesToFit({ operations, shards }: Sharding): void {
  const byId = new Map(shards.map((one) => [one.id, one]));
  const order = new Map(operations.map(({ id }, index) => [id, index]));
  const fed = shards.flatMap(({ id, feeds }) => feeds.map((later) => `${id}>${later}`)).sort();
  const needed: string[] = [];
  for (const one of shards) {
    const operation = operations[order.get(one.operation) ?? -1];
    for (const { operation: before, edge } of operation?.after ?? []) {
      expect(order.get(before)).toBeLessThan(order.get(one.operation) ?? 0);
      const narrow = one.needs.filter((need) => need.startsWith(`narrow:${before}/`));
      if (one.needs.includes(`wide:${before}`)) expect(narrow).toEqual([]);
      else expect(narrow.length).toBe(one.range.end - one.range.start);
      if (edge === 'wide') expect(one.needs).toContain(`wide:${before}`);
    }
    for (const need of one.needs.filter((text) => text.startsWith('narrow:'))) {
      expect(byId.has(need.slice(7))).toBe(true);
      needed.push(`${need.slice(7)}>${one.id}`);
    }
  }
  expect(needed.sort()).toEqual(fed);
}

function workflows() {
  const operation = fc.record({
    work: fc.integer({ min: 0, max: 100_000 }),
    before: fc.array(fc.record({ pick: fc.nat({ max: 1_000 }), wide: fc.boolean() }), { maxLength: 3 }),
    kind: fc.constantFrom('input', 'none', 'whole', 'histogram'),
  });
  return fc.array(operation, { minLength: 1, maxLength: 8 }).map((list) =>
    list.map(({ before, kind }, index) => {
      const picks = new Map(before.map(({ pick, wide: isWide }) => [`o${pick % Math.max(1, index)}`, isWide]));
      const after = index === 0 ? [] : [...picks].map(([id, isWide]) => (isWide ? wide(id) : narrow(id)));
      return {
        id: `o${index}`,
        task: 'task',
        after,
        ...(kind === 'input' && { input: INPUT }),
        ...(kind === 'whole' && { divisible: false }),
        ...(kind === 'histogram' && { partitions: Array.from({ length: 9 }, (_, part) => part) }),
      };
    }),
  );
}

interface Options {
  readonly timeLeftMs?: number;
  readonly slotMax?: number;
  readonly objective?: 'deadline' | 'latency';
  readonly estimates?: Readonly<Record<string, Partial<WorkEstimate>>>;
}

function shard(operations: readonly object[], options: Options = {}): Sharding {
  return shardWorkflow(requestOf(operations, options));
}

function requestOf(operations: readonly object[], options: Options): ShardRequest {
  const { timeLeftMs = 200_000, slotMax = 100, objective = 'deadline', estimates = {} } = options;
  const workflow = Workflow.parse({ version: 1, name: 'w', deadline: '1h', objective, operations });
  const layout: InputLayout = {
    unit: 'byte',
    unitCount: 1_000_000,
    segments: [{ units: 1_000_000, bytes: 1_000_000 }],
    cutInside: true,
    objects: [{ location: 'in/a', units: 1_000_000, sizeBytes: 1_000_000 }],
  };
  return {
    workflow,
    layouts: new Map(workflow.operations.filter(({ input }) => input).map(({ id }) => [id, layout])),
    estimates: new Map(workflow.operations.map(({ id }) => [id, { ...certainEstimate, ...estimates[id] }])),
    versions: new Map(),
    timeLeftMs,
    slotMax,
    chance: 0.95,
  };
}

function wide(operation: string) {
  return { operation, edge: 'wide' };
}

function narrow(operation: string) {
  return { operation, edge: 'narrow' };
}
