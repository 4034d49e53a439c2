import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import type { Table } from '../../lib/ports/table.ts';
import { zoneWatch } from '../../lib/recover/zone-watch.ts';
import { readAttempts } from '../../lib/run/attempt-store.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { workSlot } from '../../lib/run/work-slot.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { type StoredOperation, type StoredRunOptions, storedRun } from '../fixtures/stored-run.ts';
import { TIER_MIB } from './run-fixture.ts';

const TASK_MS = 100;
const CALL_MS = 10;

const nap = defineTask<unknown, number>({ name: 'pass', run: ({ sleep }) => sleep(TASK_MS) });

/** One invocation of a worker at a table that takes 10 ms for each call. */
async function worked(operations: readonly StoredOperation[], options: StoredRunOptions = {}) {
  const services = memoryServices({ tasks: [nap], settings: { canaryCount: 0, zones: ['az1'] } });
  const { table, clock, settings } = services;
  const run = await storedRun(services, operations, options);
  const asked: string[] = [];
  const slow = async <Result>(what: string, call: () => Promise<Result>) => {
    asked.push(what);
    await clock.sleep(CALL_MS);
    return call();
  };
  const far: Table = {
    ...table,
    get: (key) => slow(`get ${key.sort}`, () => table.get(key)),
    putAll: (items) => slow('putAll', () => table.putAll(items)),
    update: (key, change, condition) => slow(`update ${key.sort}`, () => table.update(key, change, condition)),
    async *query(query) {
      yield* await slow(`query ${query.partition}`, () => collect(table.query(query)));
    },
    queryQueue: (query) => slow('queryQueue', () => table.queryQueue(query)),
  };
  const slot = { run, slot: 's', pool: `${TIER_MIB}-az1`, zone: 'az1', memoryMiB: TIER_MIB };
  const invocation = { owner: 's:1', cold: false, claimUntil: clock.now() + settings.invocationMs, endsAt: 900_000 };
  const judge = () => ({ kind: 'poison' as const, attempts: 1 });
  const zones = zoneWatch({ ...services, table: far });
  const work = { slot, invocation, judge, mayClaim: () => zones.isOpen('az1') };
  await clock.during(workSlot(work, { ...services, table: far }));
  const attempts = (await readAttempts(table, run)).toSorted((a, b) => a.startedAt - b.startedAt);
  return { asked, attempts, settings };
}

const alone = (count: number): StoredOperation[] =>
  Array.from({ length: count }, (_, index) => ({ id: `op-${index}`, ranges: [{ start: 0, end: 1 }] }));

describe('workSlot: the time between two shards', () => {
  it('looks who is next while it commits: one claim, the task and one commit for each', async () => {
    const { attempts } = await worked(alone(5));
    const starts = attempts.map(({ startedAt }) => startedAt);
    const apart = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(apart).toEqual([120, 120, 120, 120]);
  });

  it('waits neither for the telemetry of the shards before nor for its look at the zones, once a second', async () => {
    const { attempts, asked } = await worked(alone(30));
    const [first, last] = [attempts.at(0), attempts.at(-1)];
    expect((last?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBe(29 * (TASK_MS + 2 * CALL_MS));
    expect(asked.filter((what) => what === 'query ZONES').length).toBeGreaterThanOrEqual(3);
    expect(asked.filter((what) => what === 'putAll').length).toBeGreaterThanOrEqual(3);
    expect(attempts).toHaveLength(30);
  });

  it('looks anew after a shard that sets others free: they may come first', async () => {
    const ranks: Record<string, string> = { a: '1', b: '2', c: '3', d: '4' };
    const { attempts } = await worked(
      [
        { id: 'a', ranges: [{ start: 0, end: 1 }] },
        { id: 'b', ranges: [{ start: 0, end: 1 }], after: [{ operation: 'a', edge: 'wide' }], unit: 'partition' },
        ...['c', 'd'].map((id) => ({ id, ranges: [{ start: 0, end: 1 }] })),
      ],
      { place: ({ operation }) => ({ rank: ranks[operation] ?? '' }) },
    );
    expect(attempts.map(({ operation }) => operation)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('asks ten times, while it waits for work, whether it is needed still', async () => {
    const { asked, settings } = await worked(alone(1));
    const needed = asked.filter((what) => what === 'get RUN').length;
    expect(needed).toBeLessThanOrEqual(10);
    expect(needed).toBeGreaterThanOrEqual(9);
    expect(asked.filter((what) => what === 'queryQueue').length).toBeGreaterThan(
      settings.lingerMs / settings.pollMs / 2,
    );
  });
});
