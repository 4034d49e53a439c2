import { describe, expect, it } from 'vitest';
import { batchesOf, batchWrite } from '../../../lib/adapters/aws/batch-write.ts';
import type { StoredItem } from '../../../lib/adapters/aws/stored-item.ts';

const item = (sort: number): StoredItem => ({ partition: { S: 'p' }, sort: { S: String(sort) } });
const items = (count: number) => Array.from({ length: count }, (_, sort) => item(sort));

describe('batchWrite', () => {
  it('cuts items into requests of 25, with no key twice in all', () => {
    const batches = batchesOf([...items(51), item(3)]);
    expect(batches.map((batch) => batch.length)).toEqual([25, 25, 1]);
    expect(new Set(batches.flat().map(({ sort }) => sort?.S)).size).toBe(51);
  });

  it('sends again what DynamoDB left over, and only that', async () => {
    const sent: number[] = [];
    await batchWrite(items(5), async (batch) => {
      sent.push(batch.length);
      return batch.slice(2);
    });
    expect(sent).toEqual([5, 3, 1]);
  });

  it('gives up by name when something is left over every time', async () => {
    let tries = 0;
    const stubborn = batchWrite(items(2), async (batch) => {
      tries += 1;
      return tries > 3 ? Promise.reject(new Error('enough')) : batch;
    });
    await expect(stubborn).rejects.toThrow('enough');
    expect(tries).toBe(4);
  });
});
