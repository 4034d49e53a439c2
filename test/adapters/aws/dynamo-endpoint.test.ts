import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoTable } from '../../../lib/adapters/aws/dynamo-table.ts';
import { tableSchema } from '../../../lib/adapters/aws/table-schema.ts';
import type { Table } from '../../../lib/ports/table.ts';
import { protocolContract } from '../../contracts/protocol-contract.ts';
import { tableContract } from '../../contracts/table-contract.ts';

/** Any endpoint that speaks DynamoDB, found by the SDK in AWS_ENDPOINT_URL: a moto server, or AWS itself. */
describe.skipIf(!process.env.AWS_ENDPOINT_URL)('DynamoDB at AWS_ENDPOINT_URL', () => {
  const tableName = `foreshard-contract-${process.pid}-${Date.now()}`;
  let client: DynamoDBClient;
  let table: Table;

  beforeAll(async () => {
    client = new DynamoDBClient();
    await client.send(new CreateTableCommand(tableSchema(tableName)));
    await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.2, maxDelay: 2 }, { TableName: tableName });
    table = dynamoTable({ client, tableName });
  });

  afterAll(async () => {
    await client.send(new DeleteTableCommand({ TableName: tableName }));
    client.destroy();
  });

  tableContract('the endpoint', () => table);
  protocolContract('the endpoint', () => table);
});
