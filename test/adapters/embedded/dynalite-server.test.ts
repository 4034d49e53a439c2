import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamoTable } from '../../../lib/adapters/aws/dynamo-table.ts';
import { tableSchema } from '../../../lib/adapters/aws/table-schema.ts';
import { dynaliteServer } from '../../../lib/adapters/embedded/dynalite-server.ts';
import type { Item } from '../../../lib/ports/table.ts';

const TABLE = 'foreshard';
const WRITER = fileURLToPath(new URL('../../fixtures/embedded/table-writer.ts', import.meta.url));
/** Enough for a kill to fall between two writes of the server in most runs. */
const ACKNOWLEDGED_MIN = 60;

describe('dynalite server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreshard-tables-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const open = async () => {
    const server = await dynaliteServer({ path: join(folder, 'tables'), schema: tableSchema(TABLE) });
    return { server, table: dynamoTable({ client: server.client, tableName: TABLE }) };
  };

  it('keeps what was written for the next process', async () => {
    const first = await open();
    await first.table.put({ partition: 'p', sort: 's', queue: 'q', rank: '1', tags: new Set(['a']) });
    await first.server.close();
    const second = await open();
    expect(await second.table.get({ partition: 'p', sort: 's' })).toMatchObject({ tags: new Set(['a']) });
    expect(await second.table.queryQueue({ queue: 'q' })).toHaveLength(1);
    await second.server.close();
  });

  it('says so when another process has the folder', async () => {
    const { server } = await open();
    await expect(open()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await server.close();
  });

  it('has every acknowledged write after kill -9, and lists in the queue what belongs there', async () => {
    const acknowledged = await killWriter(join(folder, 'tables'));
    expect(acknowledged.length).toBeGreaterThanOrEqual(ACKNOWLEDGED_MIN);
    const { server, table } = await open();
    const items = new Map<string, Item>();
    for await (const item of table.query({ partition: 'p' })) items.set(item.sort, item);
    for (const [sort, turn] of new Map(acknowledged)) {
      expect(Number(items.get(sort)?.turn), sort).toBeGreaterThanOrEqual(turn);
    }
    const queued = [...items.values()].filter(({ queue }) => queue !== undefined);
    expect(new Set(await table.queryQueue({ queue: 'q' }))).toEqual(new Set(queued));
    await server.close();
  });
});

/** Lets a process write until enough is acknowledged, and kills it. */
async function killWriter(path: string): Promise<readonly (readonly [string, number])[]> {
  const writer = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: [string, number][] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    const [sort = '', turn] = line.split(' ');
    acknowledged.push([sort, Number(turn)]);
    if (acknowledged.length === ACKNOWLEDGED_MIN) writer.kill('SIGKILL');
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  return acknowledged;
}
