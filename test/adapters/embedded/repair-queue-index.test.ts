import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamoTable } from '../../../lib/adapters/aws/dynamo-table.ts';
import { QUEUE_INDEX, tableSchema } from '../../../lib/adapters/aws/table-schema.ts';
import { dynaliteServer } from '../../../lib/adapters/embedded/dynalite-server.ts';
import { repairQueueIndex } from '../../../lib/adapters/embedded/repair-queue-index.ts';

/** The store under dynalite, to make by hand what a kill between two of its writes leaves behind. */
interface Level {
  iterator(range: { gte: string; lt: string }): AsyncIterable<[string, Record<string, { S: string }>]>;
  put(key: string, value: unknown): Promise<void>;
  del(key: string): Promise<void>;
  close(): Promise<void>;
}
const requireOfDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
const { Level } = requireOfDynalite('level') as { Level: new (path: string, options: object) => Level };

const TABLE = 'foreshard';
const INDEX_KEYS = { gte: `index-global~${TABLE}~`, lt: `index-global~${TABLE}~\xff` };
const ITEM_KEYS = { gte: `item-${TABLE}~`, lt: `item-${TABLE}~\xff` };

describe('repair of the queue index', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreshard-repair-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = async () => {
    const server = await dynaliteServer({ path: join(folder, 'tables'), schema: tableSchema(TABLE) });
    return { server, table: dynamoTable({ client: server.client, tableName: TABLE }) };
  };
  const items = ['listed', 'unlisted', 'moved', 'gone'].map((sort, index) => ({
    partition: 'p',
    sort,
    queue: 'q',
    rank: String(index),
  }));

  it('changes nothing of a table that agrees with its index', async () => {
    const { server, table } = await open();
    await table.putAll([...items, { partition: 'p', sort: 'never queued' }]);
    expect(await repairQueueIndex(server.client, { tableName: TABLE, indexName: QUEUE_INDEX })).toBe(0);
    expect(await table.queryQueue({ queue: 'q' })).toEqual(items);
    await server.close();
  });

  it('lists again what a killed process had taken out, and takes out what has moved on or is gone', async () => {
    const first = await open();
    await first.table.putAll(items);
    await first.server.close();
    const level = new Level(join(folder, 'tables'), { valueEncoding: 'json' });
    for await (const [key, item] of level.iterator(INDEX_KEYS)) if (item.sort?.S === 'unlisted') await level.del(key);
    for await (const [key, item] of level.iterator(ITEM_KEYS)) {
      if (item.sort?.S === 'moved') await level.put(key, { ...item, rank: { S: '9' } });
      if (item.sort?.S === 'gone') await level.del(key);
    }
    await level.close();
    await writeFile(join(folder, 'tables.open'), '1');

    const { server, table } = await open();
    const expected = [items[0], items[1], { ...items[2], rank: '9' }];
    expect(await table.queryQueue({ queue: 'q' })).toEqual(expected);
    const kept: string[] = [];
    for await (const { sort } of table.query({ partition: 'p' })) kept.push(sort);
    expect(kept).toEqual(['listed', 'moved', 'unlisted']);
    expect(await repairQueueIndex(server.client, { tableName: TABLE, indexName: QUEUE_INDEX })).toBe(0);
    await server.close();
  });
});
