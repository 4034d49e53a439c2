import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countTable } from '../../bench/cost/count-table.ts';
import { storedItem } from '../../lib/adapters/aws/stored-item.ts';
import { tableSchema } from '../../lib/adapters/aws/table-schema.ts';
import { type DynaliteServer, dynaliteServer } from '../../lib/adapters/embedded/dynalite-server.ts';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';

const KEY = { partition: 'p', sort: 's' };

describe('countTable', () => {
  let server: DynaliteServer;
  beforeAll(async () => {
    server = await dynaliteServer({ schema: tableSchema('counted') });
  });
  afterAll(() => server.close());

  it.each([
    ['small', { state: 'READY', epoch: 1, met: new Set(['a']), output: { at: ['x', 1, null, true] } }],
    ['a byte under a unit', { text: 'x'.repeat(1_024 - 'partitionpsortstext'.length) }],
    ['a byte over a unit', { text: 'x'.repeat(1_025 - 'partitionpsortstext'.length) }],
    ['large', { text: 'x'.repeat(5_000) }],
  ])('counts an item that is %s as dynalite does, which knows the same rules', async (_, attributes) => {
    const item = { ...KEY, ...attributes };
    const counted = countTable(memoryTable());
    await counted.put(item);
    const Item = storedItem(item);
    const command = new PutItemCommand({ TableName: 'counted', Item, ReturnConsumedCapacity: 'TOTAL' });
    expect(counted.capacity.writeUnits).toBe((await server.client.send(command)).ConsumedCapacity?.CapacityUnits);
  });

  it('bills the larger of before and after, refused writes too, and the index beside them', async () => {
    const { capacity, ...table } = countTable(memoryTable());
    await table.put({ ...KEY, text: 'x'.repeat(1_500), queue: 'q', rank: '1' });
    expect([capacity.writeUnits, capacity.indexWriteUnits]).toEqual([2, 2]);
    await table.update(KEY, { set: { text: '' }, remove: ['queue', 'rank'] });
    expect([capacity.writeUnits, capacity.indexWriteUnits]).toEqual([4, 4]);
    await table.update(KEY, { set: { text: 'y' } }, { attribute: 'text', equals: 'z' });
    expect([capacity.writeUnits, capacity.indexWriteUnits]).toEqual([5, 4]);
  });

  it('reads by what is found, a key that is not there included, an index at half the price', async () => {
    const { capacity, ...table } = countTable(memoryTable());
    await table.get(KEY);
    expect(capacity.readUnits).toBe(1);
    await table.put({ ...KEY, text: 'x'.repeat(9_000), queue: 'q', rank: '1' });
    await table.get(KEY);
    expect(capacity.readUnits).toBe(4);
    await table.queryQueue({ queue: 'q' });
    expect(capacity.readUnits).toBe(5.5);
  });
});
