import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { closeRun, enterRun, isCarriedBy, leaveRun, readActiveRuns } from '../../lib/run/active-run.ts';

const over = async () => true;
const running = async () => false;
const closing = { closer: 'c', now: 100, closingMs: 50 };

describe('the list of active runs', () => {
  it('has a run from its entry until it is left, and entering again changes nothing', async () => {
    const table = memoryTable();
    const entry = { run: 'r', execution: 'e', now: 5, isOver: running };
    for (const now of [5, 5]) await enterRun(table, { ...entry, now });
    expect(await readActiveRuns(table)).toEqual([{ run: 'r', execution: 'e', since: 5 }]);
    await leaveRun(table, { run: 'r', execution: 'f' });
    expect(await isCarriedBy(table, { run: 'r', execution: 'e' })).toBe(true);
    for (const run of ['r', 'r', 'unknown']) await leaveRun(table, { run, execution: 'e' });
    expect(await isCarriedBy(table, { run: 'r', execution: 'e' })).toBe(false);
    expect(await readActiveRuns(table)).toEqual([]);
  });

  it('gives the place of an execution that is over to the next one, and of one that runs to nobody', async () => {
    const table = memoryTable();
    await enterRun(table, { run: 'r', execution: 'e', now: 5, isOver: running });
    const next = { run: 'r', execution: 'f', now: 9 };
    await expect(enterRun(table, { ...next, isOver: running })).rejects.toMatchObject({
      name: 'InvalidInput',
      message:
        "execution 'f' cannot carry out run 'r': it is carried out by execution 'e'; wait for its end, or stop it",
    });
    const asked: string[] = [];
    await enterRun(table, { ...next, isOver: async (execution) => asked.push(execution) > 0 });
    expect(asked).toEqual(['e']);
    expect(await readActiveRuns(table)).toEqual([{ run: 'r', execution: 'f', since: 9 }]);
  });

  it('lets nobody in while a run is cleared up, unless who does so has died over it', async () => {
    const table = memoryTable();
    await enterRun(table, { run: 'r', execution: 'e', now: 5, isOver: running });
    expect(await closeRun(table, { run: 'r', execution: 'e' }, closing)).toBe(true);
    for (const execution of ['e', 'f']) {
      const late = { run: 'r', execution, now: 150, isOver: over };
      await expect(enterRun(table, late)).rejects.toMatchObject({ name: 'Throttled' });
    }
    await enterRun(table, { run: 'r', execution: 'f', now: 151, isOver: over });
    expect(await readActiveRuns(table)).toEqual([{ run: 'r', execution: 'f', since: 151 }]);
  });

  it('has one who clears up, who may begin again, and another one only when that one has died', async () => {
    const table = memoryTable();
    const run = { run: 'r', execution: 'e' };
    await enterRun(table, { ...run, now: 5, isOver: running });
    const close = (closer: string, now: number) => closeRun(table, run, { ...closing, closer, now });
    expect([await close('c', 100), await close('d', 120), await close('c', 130)]).toEqual([true, false, true]);
    expect([await close('d', 180), await close('d', 181), await close('c', 190)]).toEqual([false, true, false]);
    expect(await closeRun(table, { run: 'r', execution: 'f' }, { ...closing, now: 900 })).toBe(false);
    expect(await closeRun(table, { run: 'gone', execution: 'e' }, closing)).toBe(false);
    expect(await readActiveRuns(table)).toHaveLength(1);
  });

  it('is entered by one of two who come at once after an execution that is over', async () => {
    const table = memoryTable();
    await enterRun(table, { run: 'r', execution: 'e', now: 5, isOver: running });
    const dead = new Set(['e']);
    const isOver = async (execution: string) => dead.has(execution);
    const both = await Promise.allSettled(
      ['f', 'g'].map((execution) => enterRun(table, { run: 'r', execution, now: 9, isOver })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
