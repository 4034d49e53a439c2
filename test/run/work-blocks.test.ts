import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { collect } from '../../lib/core/collect.ts';
import type { Table } from '../../lib/ports/table.ts';
import { type Advance, advanceCursor } from '../../lib/run/advance-cursor.ts';
import type { Block } from '../../lib/run/define-task.ts';
import type { ReadBlock } from '../../lib/run/input/read-range.ts';
import { endOf } from '../../lib/run/shard-record.ts';
import { splitShard } from '../../lib/run/split-shard.ts';
import { workBlocks } from '../../lib/run/work-blocks.ts';
import type { KeptLease } from '../../lib/run/work-lease.ts';
import { claimed, readShard, startRun } from './run-fixture.ts';

const START = 100;
const END = 160;

/** How an input gives itself: broadcasts, and the number of units and blocks in each of its steps. */
interface Reading {
  readonly broadcastCount: number;
  readonly steps: readonly { readonly units: number; readonly blocks: number }[];
}

const readings: fc.Arbitrary<Reading> = fc.record({
  broadcastCount: fc.nat(2),
  steps: fc.array(fc.record({ units: fc.integer({ min: 1, max: 25 }), blocks: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 5,
  }),
});

/** Every unit holds one record, its own number; a step's records are spread over blocks that end together. */
function reader({ broadcastCount, steps }: Reading) {
  return async function* read({ start, end }: { start: number; end: number }): AsyncGenerator<ReadBlock> {
    for (let broadcast = 0; broadcast < broadcastCount; broadcast += 1) {
      yield { from: 'side', records: [`side ${broadcast}`], end: start };
    }
    for (let [at, number] = [start, 0]; at < end; number += 1) {
      const { units, blocks } = steps[(at + number) % steps.length] ?? { units: 1, blocks: 1 };
      const stop = Math.min(end, at + units);
      const records = Array.from({ length: stop - at }, (_, index) => at + index);
      const share = Math.ceil(records.length / blocks);
      for (let block = 0; block < blocks; block += 1) {
        yield { from: 'main', records: records.slice(block * share, (block + 1) * share), end: stop };
      }
      at = stop;
    }
  };
}

const upTo = (end: number) => Array.from({ length: end - START }, (_, index) => START + index);
const sides = (reading: Reading) => Array.from({ length: reading.broadcastCount }, (_, index) => `side ${index}`);

/** What another side does around one write of the cursor: cuts before it lands, cuts after it, or takes the shard. */
interface Interference {
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly takes: boolean;
}

const interferences = (takes: fc.Arbitrary<boolean>): fc.Arbitrary<readonly Interference[]> => {
  const cut = fc.option(fc.integer({ min: START + 1, max: END - 1 }), { nil: undefined, freq: 2 });
  return fc.array(fc.record({ before: cut, after: cut, takes }), { maxLength: 8 });
};

/** A shard as the table keeps it: a cut is taken only beyond the cursor and before the end. */
function fakeShard(plan: readonly Interference[], claimedUpTo = START) {
  const state = { cursor: claimedUpTo, end: END };
  const abort = new AbortController();
  const rest = plan.values();
  const cut = (at: number | undefined) => {
    if (at !== undefined && at >= state.cursor && at < state.end) state.end = at;
  };
  async function advance(to: number): Promise<Advance> {
    const { before, after, takes } = rest.next().value ?? {};
    cut(before);
    if (takes) {
      abort.abort(new Error('another slot has it'));
      return { kind: 'lost', outrun: false };
    }
    const { end } = state;
    if (end < to) return { kind: 'cut', end };
    state.cursor = Math.max(state.cursor, to);
    cut(after);
    return { kind: 'advanced', end };
  }
  const kept = { lease: {}, signal: abort.signal, advance, stop: () => undefined } as unknown as KeptLease;
  return { state, kept };
}

/** Time goes on by these steps, one with each look at the clock. */
function clockOf(stepsMs: readonly number[]) {
  let now = 0;
  let looks = 0;
  const look = () => {
    now += stepsMs[looks % Math.max(1, stepsMs.length)] ?? 0;
    looks += 1;
    return now;
  };
  return { now: look, sleep: async () => undefined };
}

const times = fc.array(fc.nat(400), { maxLength: 4 });
/** How far the claim has taken the shard. */
const claims = fc.integer({ min: START, max: END });
/** What a claim asks for beyond the start, right or far too much. */
const aheads = fc.nat(20);
const never = fc.constant(false);

describe('workBlocks', () => {
  it('gives exactly the records of the range as it ends, once and in order, whatever is cut off when', async () => {
    await fc.assert(
      fc.asyncProperty(readings, interferences(never), times, claims, async (reading, plan, stepsMs, claimedUpTo) => {
        const { state, kept } = fakeShard(plan, claimedUpTo);
        const range = { start: START, end: END };
        const clock = clockOf(stepsMs);
        const { blocks, finish } = workBlocks({ range, claimedUpTo, kept, clock, read: reader(reading) });
        const given = (await collect(blocks)).flatMap(({ records }) => records);
        const end = await finish();
        expect(end).toBe(state.end);
        expect(state.cursor).toBe(end);
        expect(given).toEqual([...sides(reading), ...upTo(end)]);
      }),
      { numRuns: 500 },
    );
  });

  it('passes the cursor over every block before the block is given', async () => {
    await fc.assert(
      fc.asyncProperty(readings, interferences(never), times, claims, async (reading, plan, stepsMs, claimedUpTo) => {
        const { state, kept } = fakeShard(plan, claimedUpTo);
        const range = { start: START, end: END };
        const { blocks } = workBlocks({ range, claimedUpTo, kept, clock: clockOf(stepsMs), read: reader(reading) });
        for await (const { from, records } of blocks) {
          const last = records.at(-1);
          if (from === 'main' && typeof last === 'number') expect(state.cursor).toBeGreaterThan(last);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('finishes a task that stopped early: what it did not ask for is taken all the same', async () => {
    await fc.assert(
      fc.asyncProperty(readings, interferences(never), fc.nat(6), async (reading, plan, wanted) => {
        const { state, kept } = fakeShard(plan);
        const range = { start: START, end: END };
        const { blocks, finish } = workBlocks({ range, kept, clock: clockOf([7]), read: reader(reading) });
        const given: unknown[] = [];
        let left = wanted;
        if (wanted > 0) {
          for await (const { records } of blocks) {
            given.push(...records);
            left -= 1;
            if (left === 0) break;
          }
        }
        expect(await finish()).toBe(state.end);
        expect(state.cursor).toBe(state.end);
        const all = [...sides(reading), ...upTo(END)];
        expect(given).toEqual(all.slice(0, given.length));
      }),
      { numRuns: 200 },
    );
  });

  it('throws the reason of the lease once it is lost, and has given nothing twice until then', async () => {
    await fc.assert(
      fc.asyncProperty(readings, interferences(fc.boolean()), claims, async (reading, plan, claimedUpTo) => {
        const taken = { before: undefined, after: undefined, takes: true };
        const { state, kept } = fakeShard([...plan, taken], claimedUpTo);
        const range = { start: START, end: END };
        const { blocks, finish } = workBlocks({ range, claimedUpTo, kept, clock: clockOf([1]), read: reader(reading) });
        const given: unknown[] = [];
        const work = async () => {
          for await (const block of blocks) given.push(...block.records);
          await finish();
        };
        const failure = await work().catch((error: unknown) => error);
        if (kept.signal.aborted) expect(failure).toBe(kept.signal.reason);
        else expect(state.cursor).toBe(state.end);
        expect(given).toEqual([...sides(reading), ...upTo(END)].slice(0, given.length));
      }),
      { numRuns: 200 },
    );
  });

  it('moves the cursor seconds of work ahead, so that small blocks do not cost a write each', async () => {
    const { kept } = fakeShard([]);
    let writes = 0;
    const counted: KeptLease = {
      ...kept,
      advance(to) {
        writes += 1;
        return kept.advance(to);
      },
    };
    const range = { start: START, end: END };
    const read = reader({ broadcastCount: 0, steps: [{ units: 1, blocks: 1 }] });
    // a unit takes 10 ms: after the first two the cursor runs far ahead
    const { blocks, finish } = workBlocks({ range, kept: counted, clock: clockOf([10]), read });
    await collect(blocks);
    await finish();
    expect(writes).toBeLessThanOrEqual(3);
  });

  it('leaves half of what is left to whoever cuts it, and never takes more than four seconds', async () => {
    const { state, kept } = fakeShard([]);
    const long = { start: START, end: END };
    // a unit takes a second: 60 s in all
    const clock = clockOf([1]);
    const read = reader({ broadcastCount: 0, steps: [{ units: 1, blocks: 1 }] });
    let now = 0;
    const { blocks } = workBlocks({ range: long, kept, clock: { ...clock, now: () => now }, read });
    for await (const { records } of blocks) {
      const at = Number(records[0]);
      const left = END - at;
      expect(state.cursor - at).toBeLessThanOrEqual(Math.max(3, Math.min(6, Math.ceil(left * 0.75))));
      now += 1_000;
    }
    expect(state.cursor).toBe(END);
  });

  it('takes what comes next while the task works: only for the first block it waits', async () => {
    const claimedUpTo = START + 12;
    const { kept } = fakeShard([], claimedUpTo);
    let turns = 0;
    const turn = async () => {
      await new Promise(setImmediate);
      turns += 1;
    };
    const slow: KeptLease = { ...kept, advance: (to) => turn().then(() => kept.advance(to)) };
    const range = { start: START, end: END };
    const read = reader({ broadcastCount: 0, steps: [{ units: 1, blocks: 1 }] });
    const { blocks, finish } = workBlocks({ range, claimedUpTo, kept: slow, clock: clockOf([60]), read });
    expect((await blocks[Symbol.asyncIterator]().next()).value?.records).toEqual([START]);
    for (let left = END - START - 1; left > 0; left -= 1) {
      await turn();
      const turnsBefore = turns;
      expect((await blocks[Symbol.asyncIterator]().next()).done).toBe(false);
      expect(turns).toBe(turnsBefore);
    }
    expect(await finish()).toBe(END);
  });
});

describe('workBlocks over the protocol', () => {
  it('shares a range with every tail that is cut off it: each record once, in every order of reads and cuts', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), cuts, readings, aheads, async (scheduler, cutsAt, reading, aheadUnits) => {
        const table = memoryTable();
        const run = await startRun(table, [{ id: 'a', shardCount: 1 }]);
        const slow = interleaved(table, scheduler);
        const worker = workOff(slow, { run, shard: 'a/0', reading, aheadUnits });
        const cutter = (async () => {
          for (const at of cutsAt) {
            const shard = await readShard(slow, run, 'a/0');
            const inside = at > shard.range.start && at < endOf(shard);
            if (inside) await splitShard(slow, shard, { at, now: 2_000 });
          }
        })();
        await scheduler.waitFor(Promise.all([worker, cutter]));
        const given = [...(await worker)];
        for (const tail of (await readShard(table, run, 'a/0')).tails) {
          given.push(...(await workOff(table, { run, shard: tail, reading })));
        }
        const units = given.flatMap(({ records }) => records).filter((record) => typeof record === 'number');
        expect(units.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }),
      { numRuns: 150 },
    );
  });
});

/** Every call of the table happens when the scheduler says so. */
function interleaved(table: Table, scheduler: fc.Scheduler): Table {
  const turn = () => scheduler.schedule(Promise.resolve());
  return {
    ...table,
    get: (key) => turn().then(() => table.get(key)),
    put: (item, condition) => turn().then(() => table.put(item, condition)),
    update: (key, change, condition) => turn().then(() => table.update(key, change, condition)),
  };
}

async function workOff(
  table: Table,
  {
    run,
    shard,
    reading,
    aheadUnits = 0,
  }: { readonly run: string; readonly shard: string; readonly reading: Reading; readonly aheadUnits?: number },
): Promise<readonly Block[]> {
  const { lease, shard: record } = await claimed(table, await readShard(table, run, shard), { aheadUnits });
  const kept: KeptLease = {
    lease,
    signal: new AbortController().signal,
    advance: (cursor) => advanceCursor(table, lease, { cursor, leaseUntil: 9_000 }),
    stop: () => undefined,
  };
  const range = { start: record.range.start, end: endOf(record) };
  const { blocks, finish } = workBlocks({
    range,
    claimedUpTo: record.cursor,
    kept,
    clock: clockOf([3]),
    read: reader(reading),
  });
  const given = await collect(blocks);
  expect(await finish()).toBe(endOf(await readShard(table, run, shard)));
  return given;
}
