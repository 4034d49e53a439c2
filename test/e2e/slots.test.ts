import { describe, expect, it } from 'vitest';

import { listPools } from '../../lib/plan/list-pools.ts';
import { htmlReport } from '../../lib/report/html-report.ts';
import { changeLedger } from '../../lib/run/ledger-store.ts';
import { readSlots } from '../../lib/run/slot-store.ts';
import { type Embedded, embedded } from './embedded.ts';

const OBJECTS = 16;

/** All slots but one are held by another run, until they are given back. */
async function changeHolds({ runtime }: Embedded, held: boolean): Promise<void> {
  const { table, clock, settings } = runtime.services;
  const until = clock.now() + 3_600_000;
  for (const { id, slotMax } of listPools(settings, new Set())) {
    const hold = { run: 'other', slotCount: slotMax - 1, from: 0, until, plannedUntil: until, guaranteed: false };
    await changeLedger(table, {
      pool: { pool: id, slotMax },
      writer: `${id}:${held}`,
      decide: (ledger) => {
        const others = ledger.holds.filter(({ run }) => run !== 'other');
        return { ledger: { ...ledger, holds: held ? [...others, hold] : others }, answer: undefined };
      },
    });
  }
}

describe('a run in the embedded system', { timeout: 60_000 }, () => {
  it('gets the slots that another run gives back, and its report says what for', async () => {
    await using system = await embedded({ tiersMiB: [1_769], zones: ['a'], slotMax: 6, vcpuMax: 6, canaryCount: 0 });
    const { objects, table } = system.runtime.services;
    for (let number = 0; number < OBJECTS; number += 1) {
      await objects.put(`in/${number}`, new TextEncoder().encode('{}'.padEnd(300)));
    }
    await changeHolds(system, true);
    const workflow = {
      version: 1,
      name: 'slots',
      deadline: '10m',
      objective: 'latency',
      operations: [
        {
          id: 's',
          task: 'stall',
          params: { shard: 'none', mark: '' },
          input: { kind: 'objects', location: 'in/' },
          estimates: { cpuSeconds: 16, memoryMiB: 64 },
        },
      ],
    };
    const running = system.run('slots', workflow);
    await expect.poll(async () => (await readSlots(table, 'slots')).length, { timeout: 20_000 }).toBe(1);
    await changeHolds(system, false);
    const report = await running;
    expect(report.outcome).toBe('met');
    const added = report.decisions.find(({ taken, change }) => taken && change === 'add-slots');
    expect(added).toMatchObject({
      slots: { from: 1 },
      reason: expect.stringMatching(/^add \d slots to 1: -\d+\.\d s/),
    });
    expect((await readSlots(table, 'slots')).length).toBeGreaterThan(1);
    expect(htmlReport(report)).toContain(added?.reason);
    await system.runtime.executions.idle();
    const counts = (await system.outputOf(report, 's')) as readonly { readonly objects: number }[];
    expect(counts.reduce((sum, { objects: count }) => sum + count, 0)).toBe(OBJECTS);
  });
});
