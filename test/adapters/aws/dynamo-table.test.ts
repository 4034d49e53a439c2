import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoTable } from '../../../lib/adapters/aws/dynamo-table.ts';
import { tableSchema } from '../../../lib/adapters/aws/table-schema.ts';
import { type DynaliteServer, dynaliteServer } from '../../../lib/adapters/embedded/dynalite-server.ts';
import { loopbackDynamo } from '../../../lib/adapters/embedded/loopback-dynamo.ts';
import type { Table } from '../../../lib/ports/table.ts';
import { protocolContract } from '../../contracts/protocol-contract.ts';
import { tableContract } from '../../contracts/table-contract.ts';

let server: DynaliteServer;
let table: Table;

beforeAll(async () => {
  server = await dynaliteServer({ schema: tableSchema('contract') });
  table = dynamoTable({ client: server.client, tableName: 'contract' });
});

afterAll(() => server.close());

tableContract('dynalite', () => table);
protocolContract('dynalite', () => table);

describe('dynamoTable', () => {
  it('names a table that nobody answers for', async () => {
    const gone = await dynaliteServer({ schema: tableSchema('gone') });
    const { port1, port2 } = new MessageChannel();
    gone.connect(port2);
    const lost = dynamoTable({ client: loopbackDynamo(port1), tableName: 'gone' });
    await gone.close();
    await expect(lost.get({ partition: 'p', sort: 's' })).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});
