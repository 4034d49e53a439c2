import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { PRICES, workerCost } from '../../lib/plan/price.ts';
import { readDecisions, storeDecisions } from '../../lib/reshard/decision-store.ts';
import { type ReshardFacts, reshardRequest } from '../../lib/reshard/reshard-request.ts';
import { aPlan, aRecord } from '../fixtures/a-record.ts';
import { shardingOf } from '../fixtures/stored-run.ts';
import { certainNeed } from '../plan/requests.ts';

const OPERATIONS = [
  { id: 'a', ranges: [0, 1, 2].map((at) => ({ start: 10 * at, end: 10 * at + 10 })), cutInside: false, slackMs: 77 },
  {
    id: 'b',
    after: [{ operation: 'a', edge: 'wide' as const }],
    ranges: [0, 1].map((at) => ({ start: at, end: at + 1 })),
  },
  { id: 'c', after: [{ operation: 'b', edge: 'wide' as const }] },
];

/** What is left of the shard that runs. */
const REST_MS = 50_000 / 7;

function facts(changes: Partial<ReshardFacts> = {}): ReshardFacts {
  return {
    now: 10_000,
    sharding: shardingOf(OPERATIONS),
    records: [
      aRecord({ shard: 'a/0', state: 'RUNNING', owner: 's:1', claimedAt: 6_000, cursor: 5 }),
      aRecord({ shard: 'a/1', range: { start: 10, end: 20 }, splitAt: 15 }),
      aRecord({ shard: 'a/2', state: 'DONE' }),
      aRecord({ shard: 'b/0', operation: 'b', state: 'BLOCKED' }),
    ],
    plan: aPlan({ costUsd: 0.02, expectedEndAt: 40_000 }),
    predictions: { need: ({ splitAt }) => certainNeed(splitAt === undefined ? 9_000 : 4_500), operationMs: () => 0 },
    earlier: [],
    ledgers: [],
    objective: 'deadline',
    startDelayMs: 600,
    slotLimit: 10,
    memoryMiB: 1_769,
    overheadMs: 300,
    copies: [],
    attempts: [],
    tiersMiB: [1_769, 3_538],
    attemptMax: 3,
    divisible: new Map(),
    ...changes,
  };
}

describe('reshardRequest', () => {
  it('weighs only operations with shards that are ready or run, with what is left of each', () => {
    const { operations } = reshardRequest(facts());
    expect(operations.map(({ id }) => id)).toEqual(['a']);
    expect(operations[0]?.shards).toMatchObject([
      // half taken in 4 s, a quarter of the rest ahead, a tenth as predicted: 4 s + 0.9 s + rest / 4 = 0.6 (4 s + rest)
      { id: 'a/0', state: 'running', start: 0, end: 10, cursor: 5, remainingMs: expect.closeTo(REST_MS, 6) },
      { id: 'a/1', state: 'waiting', start: 10, end: 15, cursor: 10, remainingMs: 4_500 },
    ]);
  });

  it('knows what a cut costs the readers, and how late the operation may be', () => {
    expect(reshardRequest(facts()).operations[0]).toMatchObject({ readerCount: 2, slackMs: 77, overheadMs: 300 });
  });

  it('allows cuts at the ends of segments, or anywhere when they may be cut inside', () => {
    expect(reshardRequest(facts()).operations[0]?.borders).toEqual([10, 20, 30]);
    const inside = shardingOf(OPERATIONS.map((operation) => ({ ...operation, cutInside: true })));
    expect(reshardRequest(facts({ sharding: inside })).operations[0]?.borders).toBeUndefined();
  });

  it('cuts no part smaller than the definition says, in units of average size, and nothing indivisible', () => {
    const sharding = shardingOf(OPERATIONS.map((operation) => ({ ...operation, cutInside: true })));
    const bytes = sharding.operations[0]?.layout.segments.reduce((sum, segment) => sum + segment.bytes, 0) ?? 0;
    const unitMin = (divisible: boolean | number) =>
      reshardRequest(facts({ sharding, divisible: new Map([['a', divisible]]) })).operations[0]?.unitMin;
    expect(unitMin(true)).toBeUndefined();
    expect(unitMin((bytes / 30) * 4 - 1)).toBe(4);
    expect(unitMin(false)).toBe(Number.POSITIVE_INFINITY);
  });

  it('knows the copies: how many wait or run, how many were first, and what each has left', () => {
    const [slow, other] = facts().records;
    const copy = (changes: Parameters<typeof aRecord>[0]) => aRecord({ shard: 'a/0~1', root: 'a/0', ...changes });
    const records =
      slow && other ? [{ ...slow, epoch: 1 }, other, aRecord({ shard: 'a/2', state: 'DONE', copy: 'a/2~1' })] : [];
    const copies = [
      copy({ state: 'RUNNING', claimedAt: 8_000, epoch: 1 }),
      copy({ shard: 'a/2~1', state: 'DONE', epoch: 1 }),
      copy({ shard: 'b/0~1', state: 'REMOVED', epoch: 0 }),
    ];
    const request = reshardRequest(facts({ records, copies }));
    expect(request).toMatchObject({ copyCount: 1, copiesWon: 1, copiesEnded: 1 });
    expect(request.operations[0]?.shards.map(({ copyRestMs }) => copyRestMs)).toEqual([7_000, undefined]);
  });

  it('prices slots, requests and lateness by the plan', () => {
    const { slotUsdPerMs, requestUsd, latenessUsdPerMs, slotCount } = reshardRequest(facts());
    expect({ slotUsdPerMs, requestUsd, slotCount }).toEqual({
      slotUsdPerMs: workerCost(1_769, 1),
      requestUsd: PRICES.s3Get,
      slotCount: 1,
    });
    // ten times the plan's cost for being late by its whole length of 40 s
    expect(latenessUsdPerMs).toBeCloseTo((10 * 0.02) / 40_000, 12);
  });

  it('expects of what was cut off a slow shard that it is as slow', () => {
    const [slow, tail] = [
      aRecord({ shard: 'a/0', state: 'RUNNING', owner: 's:1', claimedAt: -26_000, cursor: 5, splitAt: 5 }),
      aRecord({ shard: 'a/0.1', root: 'a/0', parent: 'a/0', range: { start: 5, end: 10 } }),
    ];
    const predictions = { need: () => certainNeed(4_500), operationMs: () => 0 };
    const { operations } = reshardRequest(facts({ records: [slow, tail], predictions }));
    // 4.5 s were predicted for each half, and the first has taken 36 s so far
    expect(operations[0]?.shards[1]).toMatchObject({ id: 'a/0.1', remainingMs: 36_000 });
  });

  it('knows the slots that the ledger has room for, its own holds among them, within the vCPUs', () => {
    const hold = (run: string, slotCount: number) => ({ run, slotCount, from: 0, until: 99_000, guaranteed: false });
    const ledgers = [
      { pool: '1769-az1', slotMax: 8, holds: [hold('r', 2), hold('other', 3)] },
      { pool: '1769-az2', slotMax: 4, holds: [hold('other', 4)] },
    ];
    expect(reshardRequest(facts({ ledgers })).slotMax).toBe(5);
    expect(reshardRequest(facts({ ledgers, slotLimit: 4 })).slotMax).toBe(4);
    expect(reshardRequest(facts({ ledgers: [] })).slotMax).toBe(1);
  });

  it('takes every millisecond for late when the least time is asked for', () => {
    const plan = aPlan({ deadlineAt: 10_000 + 85_000 });
    expect(reshardRequest(facts({ plan, objective: 'latency' })).lateChance).toBe(1);
  });

  it('sees lateness coming: by what is left of work and of time', () => {
    const chanceAt = (deadlineAt: number) => reshardRequest(facts({ plan: aPlan({ deadlineAt }) })).lateChance;
    const leftMs = REST_MS + 4_500;
    expect(chanceAt(10_000 + 10 * leftMs)).toBeLessThan(0.01);
    expect(chanceAt(10_000 + leftMs)).toBeCloseTo(0.5, 6);
    expect(chanceAt(10_000 + 1_000)).toBeGreaterThan(0.99);
  });
});

describe('the store of decisions', () => {
  const decision = (at: number, operation: string, taken = true) => ({
    ...{ at, operation, taken, change: 'split-running', shard: `${operation}/0`, cutsAt: [5] },
    ...{ gainUsd: 1, costUsd: 0.1, savedMs: 9, reason: 'because' },
  });

  it('gives decisions back, the oldest first, and keeps one that is stored again once', async () => {
    const table = memoryTable();
    const [late, early, other] = [decision(10_000, 'a'), decision(9_000, 'a'), decision(9_000, 'b', false)];
    await storeDecisions(table, 'r', [late]);
    await storeDecisions(table, 'r', [early, other]);
    await storeDecisions(table, 'r', [late]);
    await storeDecisions(table, 'r', []);
    // as texts 10000 comes before 9000
    expect(await readDecisions(table, 'r')).toEqual([early, other, late]);
    expect(await readDecisions(table, 'another')).toEqual([]);
  });
});
