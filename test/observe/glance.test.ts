import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { glance } from '../../lib/observe/glance.ts';
import { shardItem } from '../../lib/run/shard-record.ts';
import { aRecord } from '../fixtures/a-record.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

const NOW = 100_000;
const BEFORE = { everyMs: 500, until: NOW + 2_000 };

async function glanceAt(leaseUntil: number | undefined, before: typeof BEFORE | null = BEFORE) {
  const table = memoryTable();
  const running = { state: 'RUNNING' as const, owner: 'slot:1', epoch: 1 };
  if (leaseUntil !== undefined) await table.put(shardItem(aRecord({ ...running, leaseUntil })));
  const { clock, settings } = memoryServices({ startAt: NOW, settings: { graceMs: 1_000 } });
  return glance('r', before, { table, clock, settings });
}

describe('glance', () => {
  it('is enough while shards run under leases that hold, grace included', async () => {
    expect(await glanceAt(NOW + 1)).toEqual({ outcome: 'running', checkAt: NOW + 500, next: BEFORE });
    expect(await glanceAt(NOW - 1_000)).toMatchObject({ outcome: 'running' });
  });

  it('calls for a whole look when a lease has run out, nothing runs, one is due, or there was none', async () => {
    expect(await glanceAt(NOW - 1_001)).toBeUndefined();
    expect(await glanceAt(undefined)).toBeUndefined();
    expect(await glanceAt(NOW + 1, { everyMs: 500, until: NOW })).toBeUndefined();
    expect(await glanceAt(NOW + 1, null)).toBeUndefined();
  });

  it('never sleeps through the next whole look', async () => {
    expect(await glanceAt(NOW + 1, { everyMs: 500, until: NOW + 100 })).toMatchObject({ checkAt: NOW + 100 });
  });
});
