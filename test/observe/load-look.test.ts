import { describe, expect, it } from 'vitest';
import { loadLook } from '../../lib/observe/load-look.ts';
import type { Plan } from '../../lib/plan/plan.ts';
import { changeLedger } from '../../lib/run/ledger-store.ts';
import { writeDocument } from '../../lib/run/run-document.ts';
import { writeSlot } from '../../lib/run/slot-store.ts';
import { aPlan } from '../fixtures/a-record.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { storedRun } from '../fixtures/stored-run.ts';
import { claimed, readShard } from '../run/run-fixture.ts';

const placement = { shard: 'a/0', pool: '1769-regional', rank: '0', expectedStartAt: 0, expectedEndAt: 1 };
const grant = (pool: string, slotCount: number) => ({ pool, slotCount, from: 0, until: 100_000 });

interface Held {
  /** Slots that others hold of the smallest tier. */
  readonly others?: number;
}

/** A run of two shards, the second of the middle tier, under a plan. */
async function look(changes: Partial<Plan>, { others = 0 }: Held = {}) {
  const services = memoryServices({ settings: { slotMax: 4 } });
  const ranges = [0, 1].map((at) => ({ start: at, end: at + 1 }));
  const run = await storedRun(services, [{ id: 'a', ranges }], {
    place: ({ index }) => (index === 1 ? { memoryTierMiB: 3_538 } : {}),
  });
  await writeDocument(services.objects, { run, name: 'forecast' }, { madeAt: 0, level: 0.9, types: [], shards: [] });
  await writeDocument(services.objects, { run, name: 'plan' }, aPlan({ run, placements: [placement], ...changes }));
  await claimed(services.table, await readShard(services.table, run, 'a/0'), { now: 0 });
  const pool = { pool: '1769-regional', slotMax: 4 };
  const hold = { run: 'other', slotCount: others, from: 0, until: 9e9, guaranteed: false };
  const decide = () => ({ ledger: { ...pool, holds: others > 0 ? [hold] : [] }, answer: undefined });
  await changeLedger(services.table, { pool, writer: 'w', decide });
  const slot = { run, slot: 's', pool: '1769-regional', zone: 'regional', memoryTierMiB: 1_769, startedAt: 0 };
  await writeSlot(services.table, { ...slot, until: 100_000, status: 'STARTED' });
  return loadLook(run, services);
}

describe('loadLook', () => {
  it('sees ready shards that no slot of the plan can take', async () => {
    expect((await look({ grants: [grant('1769-regional', 1)] })).strandedCount).toBe(1);
    expect((await look({ grants: [grant('3538-regional', 1)] })).strandedCount).toBe(0);
  });

  it('counts the slots that the plan grants and that do not run', async () => {
    expect((await look({ grants: [grant('1769-regional', 1)] })).missingSlotCount).toBe(0);
    const grants = [grant('1769-regional', 3), grant('3538-regional', 1)];
    expect((await look({ grants })).missingSlotCount).toBe(3);
  });

  it('sees room for more slots where the run is late by its plan', async () => {
    const grants = [grant('1769-regional', 1)];
    const late = { grants, expectedEndAt: 60_001 };
    expect((await look({ grants }, { others: 3 })).roomIn).toEqual([]);
    expect((await look(late, { others: 3 })).roomIn).toEqual(['regional']);
    expect((await look(late, { others: 4 })).roomIn).toEqual([]);
  });

  it('reads what runs, and of the canaries only those that wait for their verdict', async () => {
    const canaries = [
      { type: 'a@1', shards: ['a/1'], verdict: 'waiting' as const },
      { type: 'b@1', shards: ['a/0'], verdict: 'promoted' as const },
    ];
    const { progress, canaries: read } = await look({ canaries });
    expect(progress.runningShards.map(({ shard }) => shard)).toEqual(['a/0']);
    expect(read.map(({ shard }) => shard)).toEqual(['a/1']);
  });
});
