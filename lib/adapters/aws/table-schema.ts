import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** The index that lists items under their queue, lowest rank first. */
export const QUEUE_INDEX = 'queue';

/** The one table of Foreshard, as `CreateTable` wants it; the CDK stack declares the same. */
export function tableSchema(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['partition', 'sort', 'queue', 'rank'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    })),
    KeySchema: keys('partition', 'sort'),
    GlobalSecondaryIndexes: [
      { IndexName: QUEUE_INDEX, KeySchema: keys('queue', 'rank'), Projection: { ProjectionType: 'ALL' } },
    ],
  };
}

function keys(hash: string, range: string): CreateTableCommandInput['KeySchema'] {
  return [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
}
