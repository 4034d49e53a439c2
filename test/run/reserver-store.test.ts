import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { endTurn, takeTurn } from '../../lib/run/reserver-store.ts';

const turn = (owner: string, now: number) => ({ owner, now, turnMs: 60_000 });
const FIRST = { lastWriteAt: 0, surplusSince: {}, left: {} };

describe('the reserver takes turns', () => {
  it('begins with nothing', async () => {
    expect(await takeTurn(memoryTable(), turn('a', 5))).toEqual(FIRST);
  });

  it('lets one in at a time, and hands on what the last one left', async () => {
    const table = memoryTable();
    await takeTurn(table, turn('a', 0));
    expect(await takeTurn(table, turn('b', 59_999))).toBeUndefined();
    const left = { lastWriteAt: 7, surplusSince: { 'worker-1769': 3 }, left: { 'worker-1769': 4 } };
    await endTurn(table, 'a', left);
    expect(await takeTurn(table, turn('b', 60_000))).toEqual(left);
    expect(await takeTurn(table, turn('a', 60_000))).toBeUndefined();
  });

  it('takes the turn from one that has died in it, and ignores what that one says later', async () => {
    const table = memoryTable();
    await takeTurn(table, turn('a', 0));
    expect(await takeTurn(table, turn('b', 60_001))).toEqual(FIRST);
    await endTurn(table, 'a', { lastWriteAt: 99, surplusSince: {}, left: {} });
    expect(await takeTurn(table, turn('c', 60_002))).toBeUndefined();
    await endTurn(table, 'b', { lastWriteAt: 5, surplusSince: {}, left: {} });
    expect(await takeTurn(table, turn('c', 60_003))).toEqual({ lastWriteAt: 5, surplusSince: {}, left: {} });
  });

  it('knows its own turn again when the answer to its write was lost', async () => {
    const table = memoryTable();
    await takeTurn(table, turn('a', 0));
    expect(await takeTurn(table, turn('a', 1))).toEqual(FIRST);
  });
});
