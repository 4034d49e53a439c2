import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { type Glance, glance } from '../../lib/observe/glance.ts';
import { chunkItem } from '../../lib/run/operation-record.ts';
import { shardItem } from '../../lib/run/shard-record.ts';
import { aRecord } from '../fixtures/a-record.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

const NOW = 100_000;
const BEFORE: Glance = { everyMs: 500, until: NOW + 2_000, witnesses: ['a/0', 'a/1'], doneCount: 1 };

/** Two shards that were seen to run, in the states in which they are now, and how many of four indexes are done. */
async function glanceAt(
  states: readonly ('RUNNING' | 'DONE')[],
  doneCount: number,
  before: Glance | null = BEFORE,
  ready: readonly string[] = [],
) {
  const table = memoryTable();
  for (const [index, state] of states.entries())
    await table.put(shardItem(aRecord({ shard: `a/${index}`, state, owner: 'slot:1', epoch: 1, leaseUntil: NOW })));
  const done = (from: number) => new Set(Array.from({ length: 2 }, (_, at) => from + at).flatMap(upTo(doneCount)));
  for (const chunk of [0, 1])
    await table.put(chunkItem({ run: 'r', operation: 'a', chunk, size: 2, done: done(2 * chunk) }));
  for (const shard of ready) await table.put(shardItem(aRecord({ shard, state: 'READY', rank: shard })));
  const { clock, settings } = memoryServices({ startAt: NOW });
  return glance('r', before, { table, clock, settings });
}

const upTo = (count: number) => (index: number) => (index < count ? [String(index)] : []);

describe('glance', () => {
  it('is enough while one of the shards that ran still runs', async () => {
    expect(await glanceAt(['DONE', 'RUNNING'], 1)).toEqual({ outcome: 'running', checkAt: NOW + 500, next: BEFORE });
  });

  it('is enough when none of them runs, but more is done than before', async () => {
    const next = { ...BEFORE, doneCount: 3 };
    expect(await glanceAt(['DONE', 'DONE'], 3)).toEqual({ outcome: 'running', checkAt: NOW + 500, next });
    expect(await glanceAt(['DONE', 'DONE'], 3, next)).toBeUndefined();
  });

  it('is enough when nothing can be counted, but other shards are next than before', async () => {
    const before = { ...BEFORE, heads: ['b/0'] };
    const next = { ...BEFORE, heads: ['b/1'] };
    expect(await glanceAt(['DONE'], 1, before, ['b/1', 'b/2'])).toEqual({
      outcome: 'running',
      checkAt: NOW + 500,
      next,
    });
    expect(await glanceAt(['DONE'], 1, next, ['b/1', 'b/2'])).toBeUndefined();
    expect(await glanceAt(['DONE'], 1, before, [])).toBeUndefined();
    expect(await glanceAt(['DONE'], 1, BEFORE, ['b/1'])).toBeUndefined();
  });

  it('calls for a whole look when nothing goes on, all is done, one is due, or there was none', async () => {
    expect(await glanceAt(['DONE', 'DONE'], 1)).toBeUndefined();
    expect(await glanceAt(['DONE', 'DONE'], 4)).toBeUndefined();
    expect(await glanceAt([], 1)).toBeUndefined();
    expect(await glanceAt(['RUNNING'], 1, { ...BEFORE, until: NOW })).toBeUndefined();
    expect(await glanceAt(['RUNNING'], 1, null)).toBeUndefined();
  });

  it('does not count while shards are on trial', async () => {
    const { doneCount: _, ...onTrial } = BEFORE;
    expect(await glanceAt(['DONE', 'DONE'], 3, onTrial)).toBeUndefined();
    expect(await glanceAt(['RUNNING'], 1, onTrial)).toMatchObject({ outcome: 'running' });
  });

  it('never sleeps through the next whole look', async () => {
    expect(await glanceAt(['RUNNING'], 1, { ...BEFORE, until: NOW + 100 })).toMatchObject({ checkAt: NOW + 100 });
  });
});
