import { describe, expect, it } from 'vitest';
import { Settings } from '../../lib/core/settings.ts';
import { COUNTED_USE } from '../../lib/plan/counted-use.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import { PRICES, runCost } from '../../lib/plan/price.ts';
import { buildReport, type ReportFacts } from '../../lib/report/build-report.ts';
import { RunReport } from '../../lib/report/run-report.ts';
import { aPlan, aRecord } from '../fixtures/a-record.ts';
import { runDefinition, shardingOf } from '../fixtures/stored-run.ts';
import { certainNeed } from '../plan/requests.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const OPERATIONS = [
  { id: 'a', ranges: [0, 1].map((at) => ({ start: 10 * at, end: 10 * at + 10 })) },
  { id: 'b', after: [{ operation: 'a', edge: 'wide' as const }] },
];

const output = (location: string) => ({
  ...{ location, sizeBytes: 5, records: 1, offsets: [0, 5], frameEnds: [5], frameChecksums: [1] },
});
const timed = { startedAt: 1_000, durationMs: 2_000, cpuMs: 1_500, ioMs: 500, memoryTierMiB: 1_769, run: 'r' };
const attempt = (shard: string, changes = {}) =>
  anAttempt({
    ...timed,
    shard,
    operation: shard.split('/')[0] ?? '',
    bytesIn: 7,
    recordsIn: 3,
    recordsOut: 2,
    ...changes,
  });

/** A run that is over: `a/1` was cut in two, and the second try of `a/0` went well. */
function facts(changes: Partial<ReportFacts> = {}): ReportFacts {
  return {
    run: 'r',
    now: 9_000,
    definition: runDefinition(OPERATIONS, 500, 60_000),
    sharding: shardingOf(OPERATIONS),
    forecast: {
      madeAt: 600,
      level: 0.9,
      types: [],
      shards: ['a/0', 'a/1', 'b/0'].map((shard) => ({ shard, need: certainNeed(2_000) })),
    },
    firstPlan: aPlan({ expectedEndAt: 7_000, costUsd: 0.5 }),
    plan: aPlan({ generation: 3, expectedEndAt: 8_000 }),
    pools: listPools(Settings.parse({}), new Set()),
    tradeOff: [],
    progress: { operations: [], doomedShards: new Set(), runningShards: [], failedAttemptCount: 0, state: 'complete' },
    copies: [],
    records: [
      aRecord({ shard: 'a/0', state: 'DONE', output: output('a0') }),
      aRecord({
        shard: 'a/1',
        index: 1,
        range: { start: 10, end: 20 },
        splitAt: 15,
        state: 'DONE',
        output: output('a1'),
      }),
      aRecord({
        shard: 'a/1.1',
        index: 1,
        range: { start: 15, end: 20 },
        root: 'a/1',
        parent: 'a/1',
        state: 'DONE',
        output: output('a2'),
      }),
      aRecord({ shard: 'a/0.1', root: 'a/0', parent: 'a/0', state: 'REMOVED' }),
      aRecord({ shard: 'b/0', operation: 'b', state: 'DONE', output: output('b0') }),
    ],
    attempts: [
      attempt('a/0', { outcome: 'failed', error: 'WorkerDied', bytesIn: 100 }),
      attempt('a/0', { epoch: 2, startedAt: 4_000 }),
      attempt('a/1'),
      attempt('a/1.1', { durationMs: 2_500 }),
      attempt('b/0', { startedAt: 6_000 }),
    ],
    decisions: [],
    backlogs: [],
    loads: [],
    slotCount: 3,
    aborted: false,
    ...changes,
  };
}

describe('buildReport', () => {
  it('gives a report as it is stored', () => {
    expect(RunReport.safeParse(buildReport(facts())).error).toBeUndefined();
  });

  it.each([
    ['met', {}],
    ['met', { now: 60_000 }],
    ['missed', { now: 60_001 }],
    ['incomplete', { progress: { ...facts().progress, state: 'stuck' as const } }],
    ['incomplete', { now: 60_001, progress: { ...facts().progress, state: 'running' as const } }],
    ['aborted', { aborted: true }],
  ])('calls a run %s', (outcome, changes) => {
    expect(buildReport(facts(changes)).outcome).toBe(outcome);
  });

  it('prices what the attempts, lost ones too, and the slots have used', () => {
    const { attempts } = facts();
    const { cost } = buildReport(facts());
    const { transitionsPerRun, transitionsPerSlot, writesPerShard, readsPerShard } = COUNTED_USE;
    expect(cost).toEqual(
      runCost({
        gibSeconds: attempts.reduce((sum, one) => sum + (one.memoryTierMiB / 1_024) * (one.durationMs / 1_000), 0),
        requestCount: 3,
        transitionCount: transitionsPerRun + 3 * transitionsPerSlot,
        writeCount: 5 * writesPerShard,
        readCount: 5 * readsPerShard,
        putCount: 5,
        getCount: 20,
      }),
    );
    expect(buildReport(facts({ slotCount: 4 })).cost.stepFunctionsUsd - cost.stepFunctionsUsd).toBeCloseTo(
      transitionsPerSlot * PRICES.stepFunctionsTransition,
      12,
    );
  });

  it('counts what was cut off as a shard, a cut that did not happen as none, and committed attempts alone', () => {
    expect(buildReport(facts()).operations[0]).toMatchObject({
      ...{ id: 'a', shardCount: 3, committedCount: 3 },
      // three attempts of three records and seven bytes; the failed one had read more
      ...{ recordsIn: 9, recordsOut: 6, bytesIn: 21 },
      ...{ startedAt: 1_000, endedAt: 6_000, actualMs: 2_000 + 2_000 + 2_500 },
      predictedMs: { point: 4_000, level: 0.9 },
    });
  });

  it('leaves out when an operation ran that never committed', () => {
    const { startedAt, endedAt } = buildReport(facts({ attempts: [] })).operations[1] ?? {};
    expect([startedAt, endedAt]).toEqual([undefined, undefined]);
  });

  it('keeps the promise of the first plan beside the last plan', () => {
    const { promise, plan } = buildReport(facts());
    expect(promise).toMatchObject({ expectedEndAt: 7_000, costUsd: 0.5 });
    expect(plan).toMatchObject({ generation: 3, expectedEndAt: 8_000 });
  });

  it('compares a shard that was cut with its part of the forecast', () => {
    const { forecast } = buildReport(facts());
    expect(forecast.shards.map(({ shard, need }) => [shard, need.durationMs.point])).toEqual([
      ['a/0', 2_000],
      ['a/1', 1_000],
      ['a/1.1', 1_000],
      ['b/0', 2_000],
    ]);
  });

  it('tells of each poisoned shard what it read and why it failed', () => {
    const error = { name: 'OutOfMemory', message: 'too large' };
    const records = [
      aRecord({ shard: 'a/0', state: 'POISONED', attempts: 3, error }),
      aRecord({ shard: 'a/1', index: 1, range: { start: 10, end: 20 }, splitAt: 15, state: 'POISONED' }),
    ];
    expect(buildReport(facts({ records })).poisoned).toEqual([
      { shard: 'a/0', operation: 'a', range: { unit: 'key', start: 0, end: 10, objects: [] }, attempts: 3, error },
      {
        ...{ shard: 'a/1', operation: 'a', range: { unit: 'key', start: 10, end: 15, objects: [] }, attempts: 1 },
        error: { name: 'WorkerDied', message: 'no attempt left a word' },
      },
    ]);
  });

  it('lists the outputs of the last operations, in the order of the input', () => {
    expect(buildReport(facts()).outputs).toEqual([{ operation: 'b', locations: ['b0'] }]);
    const alone = shardingOf(OPERATIONS.slice(0, 1));
    const shuffled = facts().records.toReversed();
    expect(buildReport(facts({ sharding: alone, records: shuffled })).outputs).toEqual([
      { operation: 'a', locations: ['a0', 'a1', 'a2'] },
    ]);
  });

  it('prices every attempt, also those that failed', () => {
    const { cost } = buildReport(facts());
    const seconds = (4 * 2_000 + 2_500) / 1_000;
    const { lambdaUsd } = runCost({
      ...{ gibSeconds: (seconds * 1_769) / 1_024, requestCount: 3, transitionCount: 0, writeCount: 0 },
      ...{ readCount: 0, putCount: 0, getCount: 0 },
    });
    // sums of doubles in another order
    expect(cost.lambdaUsd).toBeCloseTo(lambdaUsd, 12);
    const { lambdaUsd: l, stepFunctionsUsd: s, dynamoDbUsd: d, s3Usd: o } = cost;
    expect(cost.totalUsd).toBeCloseTo(l + s + d + o, 12);
  });
});
