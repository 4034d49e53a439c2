import { createRequire } from 'node:module';
import { MessageChannel } from 'node:worker_threads';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { expect, it } from 'vitest';
import { dynamoTable } from '../../../lib/adapters/aws/dynamo-table.ts';
import { tableSchema } from '../../../lib/adapters/aws/table-schema.ts';
import { answerPort } from '../../../lib/adapters/embedded/answer-port.ts';
import { closeIteratorsOnReturn } from '../../../lib/adapters/embedded/close-iterators-on-return.ts';
import { loopbackDynamo } from '../../../lib/adapters/embedded/loopback-dynamo.ts';

interface Resources {
  attachResource(resource: object): void;
  detachResource(resource: object): void;
}
const requireOfDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
const { AbstractLevel } = createRequire(requireOfDynalite.resolve('level'))('abstract-level') as {
  AbstractLevel: { prototype: Resources };
};

it('leaves no iterator open behind a query', async () => {
  const open = new Set<object>();
  const { attachResource, detachResource } = AbstractLevel.prototype;
  AbstractLevel.prototype.attachResource = function attach(resource) {
    open.add(resource);
    attachResource.call(this, resource);
  };
  AbstractLevel.prototype.detachResource = function detach(resource) {
    open.delete(resource);
    detachResource.call(this, resource);
  };
  closeIteratorsOnReturn();
  const server = dynalite({ createTableMs: 0 });
  const { port1, port2 } = new MessageChannel();
  answerPort(server, port2);
  const client = loopbackDynamo(port1);
  await client.send(new CreateTableCommand(tableSchema('foreshard')));
  await waitUntilTableExists({ client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.1 }, { TableName: 'foreshard' });
  const table = dynamoTable({ client, tableName: 'foreshard' });
  await table.putAll(
    Array.from({ length: 30 }, (_, index) => ({ partition: 'p', sort: `${index}`, queue: 'q', rank: '1' })),
  );
  const before = open.size;
  for (let turn = 0; turn < 20; turn += 1) await table.queryQueue({ queue: 'q', limit: 3 });
  for await (const _ of table.query({ partition: 'p' }));
  await expect.poll(() => open.size).toBe(before);
  client.destroy();
});
