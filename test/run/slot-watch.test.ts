import { describe, expect, it } from 'vitest';
import { dropSlot, writeSlot } from '../../lib/run/slot-store.ts';
import { slotWatch } from '../../lib/run/slot-watch.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

const SLOT = { run: 'r', slot: 's' };

describe('slotWatch', () => {
  it('sees within a second that a slot was dropped, and looks no oftener', async () => {
    const services = memoryServices();
    const { table, clock } = services;
    let readCount = 0;
    const get: typeof table.get = (key) => {
      readCount += 1;
      return table.get(key);
    };
    const isDropped = slotWatch(SLOT, { clock, table: { ...table, get } });
    expect(await isDropped()).toBe(false);
    const place = { pool: 'p', zone: 'z', memoryTierMiB: 1, startedAt: 0, until: 9, status: 'STARTED' as const };
    await writeSlot(table, { ...SLOT, ...place });
    await dropSlot(table, SLOT, 5);
    await clock.pass(999);
    expect(await isDropped()).toBe(false);
    await clock.pass(1);
    expect(await isDropped()).toBe(true);
    await clock.pass(5_000);
    expect(await isDropped()).toBe(true);
    expect(readCount).toBe(2);
  });

  it('sees that somebody else has ended it, and nothing amiss while it is not written', async () => {
    const { table, clock } = memoryServices();
    expect(await slotWatch(SLOT, { table, clock })()).toBe(false);
    const place = { pool: 'p', zone: 'z', memoryTierMiB: 1, startedAt: 0, until: 9, status: 'ENDED' as const };
    await writeSlot(table, { ...SLOT, ...place });
    expect(await slotWatch(SLOT, { table, clock })()).toBe(true);
  });
});
