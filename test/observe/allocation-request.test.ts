import { describe, expect, it } from 'vitest';
import { Settings } from '../../lib/core/settings.ts';
import { type AllocationFacts, allocationRequest } from '../../lib/observe/allocation-request.ts';
import { AllocateRequest } from '../../lib/plan/allocate-request.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import { aPlan, aRecord } from '../fixtures/a-record.ts';
import { runDefinition, shardingOf } from '../fixtures/stored-run.ts';
import { certainNeed } from '../plan/requests.ts';

const OPERATIONS = [
  { id: 'a', ranges: [0, 1].map((at) => ({ start: 10 * at, end: 10 * at + 10 })) },
  { id: 'b', after: [{ operation: 'a', edge: 'wide' as const }] },
];
const settings = Settings.parse({ zones: ['az1'] });

function facts(changes: Partial<AllocationFacts> = {}): AllocationFacts {
  return {
    run: 'r',
    now: 1_000,
    definition: runDefinition(OPERATIONS, 0, 60_000),
    sharding: shardingOf(OPERATIONS),
    predictions: { need: () => certainNeed(4_000), operationMs: () => 0 },
    records: [],
    copies: [],
    tiers: new Map(),
    ownVcpuMax: undefined,
    plan: undefined,
    canaries: [],
    profiled: new Set<string>(),
    pools: listPools(settings, new Set()),
    ledgers: [],
    others: [],
    settings,
    ...changes,
  };
}

const shardOf = (record: Parameters<typeof aRecord>[0]) =>
  allocationRequest(facts({ plan: aPlan(), records: [aRecord(record)] })).shards[0];

describe('allocationRequest', () => {
  it('asks for every shard as it was cut while none is stored', () => {
    const request = allocationRequest(facts());
    expect(AllocateRequest.safeParse(request).success).toBe(true);
    expect(request.shards.map(({ id, needs }) => [id, needs])).toEqual([
      ['a/0', []],
      ['a/1', []],
      ['b/0', ['wide:a']],
    ]);
    expect(request).toMatchObject({ generation: 1, deadlineAt: 60_000, now: 1_000, priority: 5 });
  });

  it('asks only for what is open once shards are stored, also for what was cut off them', () => {
    const states = ['BLOCKED', 'READY', 'RUNNING', 'DONE', 'POISONED', 'REMOVED'] as const;
    const records = states.map((state, at) => aRecord({ shard: `a/0.${at}`, state, owner: 's:1' }));
    const { shards } = allocationRequest(facts({ records, plan: aPlan({ generation: 4 }) }));
    expect(shards.map(({ id }) => id)).toEqual(['a/0.0', 'a/0.1', 'a/0.2']);
  });

  it('counts the generations', () => {
    expect(allocationRequest(facts({ plan: aPlan({ generation: 4 }) })).generation).toBe(5);
  });

  it('leaves out needs that are met', () => {
    expect(shardOf({ state: 'BLOCKED', needs: ['wide:a', 'wide:c'], met: new Set(['wide:a']) })?.needs).toEqual([
      'wide:c',
    ]);
  });

  it('tells what is left of a running shard: by its cursor, and never more than the clock leaves', () => {
    const running = { state: 'RUNNING' as const, owner: 's:1', claimedAt: 500 };
    // 4 s in all; 500 ms of them are over
    expect(shardOf(running)?.running).toEqual({ pool: '1769-az1', remainingMs: 3_500 });
    expect(shardOf({ ...running, cursor: 8 })?.running?.remainingMs).toBe(800);
    expect(shardOf({ ...running, cursor: 8, splitAt: 9 })?.running?.remainingMs).toBeCloseTo(4_000 / 9, 6);
    expect(shardOf({ ...running, claimedAt: -9_000 })?.running?.remainingMs).toBe(0);
    expect(shardOf({ state: 'READY' })?.running).toBeUndefined();
  });

  it('asks for the tier that a failed attempt was sent to, and for none without one', () => {
    expect(shardOf({ attempts: 1, memoryTierMiB: 3_538 })?.memoryMinMiB).toBe(3_538);
    expect(shardOf({ attempts: 0, memoryTierMiB: 3_538 })?.memoryMinMiB).toBe(0);
    expect(shardOf({ attempts: 1, memoryTierMiB: 1_769 })?.memoryMinMiB).toBe(0);
  });

  it('puts on trial only types that no profile knows, and only with the first plan', () => {
    expect(allocationRequest(facts()).newTypes).toEqual(['a@1', 'b@1']);
    expect(allocationRequest(facts({ profiled: new Set(['a@1']) })).newTypes).toEqual(['b@1']);
    expect(allocationRequest(facts({ plan: aPlan() })).newTypes).toEqual([]);
  });
});
