import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { readAttempts, storeAttempts } from '../../lib/run/attempt-store.ts';
import { anAttempt } from '../profile/an-attempt.ts';

describe('the store of attempts', () => {
  it('keeps each attempt of each run once, however often it is stored', async () => {
    const table = memoryTable();
    const attempts = [1, 2].flatMap((epoch) => ['a/0', 'a/1'].map((shard) => anAttempt({ run: 'r', shard, epoch })));
    await storeAttempts(table, attempts);
    await storeAttempts(table, attempts.slice(1));
    await storeAttempts(table, [anAttempt({ run: 'other' })]);
    await storeAttempts(table, []);
    const read = await readAttempts(table, 'r');
    expect(read.map(({ shard, epoch }) => `${shard}#${epoch}`).sort()).toEqual(['a/0#1', 'a/0#2', 'a/1#1', 'a/1#2']);
    expect(read).toContainEqual(attempts[0]);
  });

  it('names telemetry that is broken', async () => {
    const table = memoryTable();
    await table.put({ partition: 'RUN#r', sort: 'ATTEMPT#a/0#1', attempt: { run: 'r' } });
    await expect(readAttempts(table, 'r')).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('telemetry ATTEMPT#a/0#1'),
    });
  });
});
