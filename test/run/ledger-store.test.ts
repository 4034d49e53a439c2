import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { grantSlots, releaseSlots } from '../../lib/plan/grant-slots.ts';
import type { SlotHold } from '../../lib/plan/pool-ledger.ts';
import type { Table } from '../../lib/ports/table.ts';
import { changeLedger, readLedgers } from '../../lib/run/ledger-store.ts';

const pool = { pool: '1769-az1', slotMax: 5 };
const hold = (run: string, slotCount: number): SlotHold => ({ run, slotCount, from: 0, until: 100, guaranteed: false });

function ask(table: Table, run: string, slotCount: number): Promise<boolean> {
  return changeLedger(table, {
    pool,
    writer: `${run}:${slotCount}`,
    decide: (ledger) => {
      const outcome = grantSlots(releaseSlots(ledger, run), hold(run, slotCount));
      return outcome.granted ? { ledger: outcome.ledger, answer: true } : { answer: false };
    },
  });
}

describe('ledger store', () => {
  it('never grants more than the pool has, however many ask at once', async () => {
    const table = memoryTable();
    const granted = await Promise.all(Array.from({ length: 20 }, (_, run) => ask(table, `run-${run}`, 2)));
    expect(granted.filter((one) => one)).toHaveLength(2);
    const [ledger] = await readLedgers(table, [pool]);
    expect(ledger?.holds).toHaveLength(2);
  });

  it('gives a run what it asked for last, not the sum', async () => {
    const table = memoryTable();
    await ask(table, 'run', 4);
    await ask(table, 'run', 3);
    expect((await readLedgers(table, [pool]))[0]?.holds).toEqual([hold('run', 3)]);
  });

  it('recognises its own write when the answer was lost', async () => {
    const table = memoryTable();
    let decisions = 0;
    const twice: Table = {
      ...table,
      put: async (item, condition) => {
        await table.put(item, condition);
        return table.put(item, condition);
      },
    };
    const answer = await changeLedger(twice, {
      pool,
      writer: 'only-once',
      decide: (ledger) => {
        decisions += 1;
        return { ledger: { ...ledger, holds: [...ledger.holds, hold('run', 1)] }, answer: 'mine' };
      },
    });
    expect([answer, decisions]).toEqual(['mine', 1]);
    expect((await readLedgers(table, [pool]))[0]?.holds).toHaveLength(1);
  });

  it('gives up by name when others are always first', async () => {
    const table = memoryTable();
    let version = 100;
    const busy: Table = {
      ...table,
      put: async () => ({ applied: false, item: { partition: '', sort: '', version: version++ } }),
    };
    await expect(ask(busy, 'run', 1)).rejects.toThrow(ForeshardError);
    await expect(ask(busy, 'run', 1)).rejects.toMatchObject({ name: 'Throttled' });
  });
});
