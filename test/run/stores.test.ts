import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { addRunAccuracy, readDurationLevels } from '../../lib/run/accuracy-store.ts';
import { readProfiles, writeProfile } from '../../lib/run/profile-store.ts';
import { dropSlot, endSlot, readSlots, type SlotRecord, writeSlot } from '../../lib/run/slot-store.ts';

describe('profile store', () => {
  it('gives back what was written, by type, and nothing of a type that never ran', async () => {
    const table = memoryTable();
    const profile = (type: string) => ({ type, samples: [], committedCount: 1, failedCount: 0, failures: [] });
    await writeProfile(table, profile('sort@2'));
    await writeProfile(table, profile('clean@1'));
    await writeProfile(table, { ...profile('clean@1'), committedCount: 7 });
    const read = await readProfiles(table, ['sort@2', 'clean@1', 'clean@1', 'new@1']);
    expect([...read].map(([type, { committedCount }]) => [type, committedCount])).toEqual([
      ['clean@1', 7],
      ['sort@2', 1],
    ]);
  });

  it('names the profile that is broken', async () => {
    const table = memoryTable();
    await table.put({ partition: 'PROFILE#clean@1', sort: 'PROFILE', profile: { type: 'clean@1', wrong: true } });
    await expect(readProfiles(table, ['clean@1'])).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining("profile 'PROFILE#clean@1'"),
    });
  });
});

describe('accuracy store', () => {
  const period = { seenCount: 40, error: 4, reference: 40 };

  it('asks for more of a type whose runs missed, for less of one that never missed, and knows none that never ran', async () => {
    const table = memoryTable();
    await addRunAccuracy(table, 'bad@1', { ...period, run: 'r', at: 1, missedCount: 8 });
    await addRunAccuracy(table, 'good@1', { ...period, run: 'r', at: 1, missedCount: 0 });
    const levels = await readDurationLevels(table, ['bad@1', 'good@1', 'good@1', 'new@1'], 0.9);
    // 0.1 + 4 * 0.03 * (0.1 - 0.2), and 0.1 + 4 * 0.03 * 0.1.
    expect([...levels.keys()]).toEqual(['bad@1', 'good@1']);
    expect(levels.get('bad@1')).toBeCloseTo(1 - 0.088, 12);
    expect(levels.get('good@1')).toBeCloseTo(1 - 0.112, 12);
  });

  it('counts a run once that is told twice, whatever was said of it first', async () => {
    const table = memoryTable();
    for (const missedCount of [40, 8, 8]) {
      await addRunAccuracy(table, 'bad@1', { ...period, run: 'r', at: 1, missedCount });
    }
    expect((await readDurationLevels(table, ['bad@1'], 0.9)).get('bad@1')).toBeCloseTo(1 - 0.088, 12);
  });
});

describe('slot store', () => {
  it('keeps every slot of a run, ended or not', async () => {
    const table = memoryTable();
    const slot = (name: string): SlotRecord => ({
      run: 'r',
      slot: name,
      pool: '1769-az1',
      zone: 'az1',
      memoryTierMiB: 1_769,
      startedAt: 1,
      until: 9,
      status: 'STARTED',
    });
    await writeSlot(table, slot('r-2'));
    await writeSlot(table, slot('r-1'));
    await endSlot(table, { run: 'r', slot: 'r-2' });
    await endSlot(table, { run: 'r', slot: 'never-written' });
    expect(await readSlots(table, 'r')).toEqual([slot('r-1'), { ...slot('r-2'), status: 'ENDED' }]);
    expect(await readSlots(table, 'other')).toEqual([]);
    // only what is there can be dropped, and once
    await dropSlot(table, { run: 'r', slot: 'r-1' }, 5);
    await dropSlot(table, { run: 'r', slot: 'r-1' }, 7);
    for (const gone of ['r-2', 'never-written']) await dropSlot(table, { run: 'r', slot: gone }, 5);
    const dropped = { ...slot('r-1'), droppedAt: 5 };
    expect(await readSlots(table, 'r')).toEqual([dropped, { ...slot('r-2'), status: 'ENDED' }]);
    await endSlot(table, { run: 'r', slot: 'r-1' });
    expect((await readSlots(table, 'r'))[0]).toEqual({ ...dropped, status: 'ENDED' });
    // the request that wrote it arrives once more
    await writeSlot(table, slot('r-1'));
    expect((await readSlots(table, 'r'))[0]).toEqual({ ...dropped, status: 'ENDED' });
  });
});
