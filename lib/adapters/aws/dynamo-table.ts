import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { inParallel } from '../../core/in-parallel.ts';
import type { Change, Condition, Item, ItemKey, Query, QueueQuery, Table, Write } from '../../ports/table.ts';
import { batchesOf, batchWrite } from './batch-write.ts';
import { dynamoExpression } from './dynamo-expression.ts';
import { serviceFault } from './service-fault.ts';
import { readItem, type StoredItem, storedItem } from './stored-item.ts';
import { QUEUE_INDEX } from './table-schema.ts';

/** Batches in flight: enough to fill the connection, few enough not to be throttled at once. */
const BATCHES_AT_ONCE_MAX = 4;

export interface DynamoTableOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

/**
 * The table in DynamoDB, or behind any endpoint that speaks its protocol.
 *
 * Every method throws `Throttled` or `StoreUnavailable` ({@link ForeshardError}) once the client's own attempts are
 * used up: whether a write landed is then unknown, and the caller repeats it or looks.
 */
export function dynamoTable({ client, tableName }: DynamoTableOptions): Table {
  const TableName = tableName;

  async function get(key: ItemKey): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName, Key: keyOf(key), ConsistentRead: true });
    const { Item: stored } = await named(`GetItem of '${key.sort}'`, () => client.send(command));
    return stored && readItem(stored);
  }

  /** The item that refused: in the error on AWS; asked for where the endpoint does not send it (dynalite). */
  async function refused(error: ConditionalCheckFailedException, key: ItemKey): Promise<Write> {
    return { applied: false, item: error.Item ? readItem(error.Item) : await get(key) };
  }

  async function put(item: Item, condition?: Condition): Promise<Write> {
    const command = new PutItemCommand({ TableName, Item: storedItem(item), ...conditionally(condition) });
    try {
      await client.send(command);
      return { applied: true, item };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return refused(error, item);
      throw serviceFault(error, `PutItem of '${item.sort}'`);
    }
  }

  async function putAll(items: readonly Item[]): Promise<void> {
    const batches = batchesOf(items.map(storedItem));
    await named(`BatchWriteItem of ${items.length} items`, () =>
      inParallel(batches, BATCHES_AT_ONCE_MAX, (batch) =>
        batchWrite(batch, async (puts) => {
          const RequestItems = { [TableName]: puts.map((Item) => ({ PutRequest: { Item } })) };
          const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems }));
          const left = (UnprocessedItems[TableName] ?? []).map(({ PutRequest }) => PutRequest?.Item);
          return left.filter((item) => item !== undefined);
        }),
      ),
    );
  }

  async function update(key: ItemKey, change: Change, condition?: Condition): Promise<Write> {
    const command = new UpdateItemCommand({
      TableName,
      Key: keyOf(key),
      ReturnValues: 'ALL_NEW',
      ...conditionally(condition, change),
    });
    try {
      const { Attributes = {} } = await client.send(command);
      return { applied: true, item: readItem(Attributes) };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return refused(error, key);
      throw serviceFault(error, `UpdateItem of '${key.sort}'`);
    }
  }

  async function remove(key: ItemKey, condition?: Condition): Promise<void> {
    const command = new DeleteItemCommand({ TableName, Key: keyOf(key), ...dynamoExpression(condition) });
    try {
      await client.send(command);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return;
      throw serviceFault(error, `DeleteItem of '${key.sort}'`);
    }
  }

  async function* query({ partition, sortPrefix, limit = Number.POSITIVE_INFINITY }: Query): AsyncIterable<Item> {
    const pages = paginateQuery(
      { client },
      {
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: sortPrefix ? '#p = :p AND begins_with(#s, :s)' : '#p = :p',
        ExpressionAttributeNames: { '#p': 'partition', ...(sortPrefix && { '#s': 'sort' }) },
        ExpressionAttributeValues: { ':p': { S: partition }, ...(sortPrefix && { ':s': { S: sortPrefix } }) },
        ...(Number.isFinite(limit) && { Limit: limit }),
      },
    )[Symbol.asyncIterator]();
    let left = limit;
    while (left > 0) {
      const { value, done } = await named(`Query of '${partition}'`, () => pages.next());
      if (done) return;
      for (const stored of (value.Items ?? []).slice(0, left)) yield readItem(stored);
      left -= value.Items?.length ?? 0;
    }
  }

  async function queryQueue({ queue, limit = Number.POSITIVE_INFINITY }: QueueQuery): Promise<readonly Item[]> {
    const items: Item[] = [];
    let from: StoredItem | undefined;
    do {
      const command = new QueryCommand({
        TableName,
        IndexName: QUEUE_INDEX,
        KeyConditionExpression: '#q = :q',
        ExpressionAttributeNames: { '#q': 'queue' },
        ExpressionAttributeValues: { ':q': { S: queue } },
        ...(Number.isFinite(limit) && { Limit: limit - items.length }),
        ...(from && { ExclusiveStartKey: from }),
      });
      const page = await named(`Query of queue '${queue}'`, () => client.send(command));
      items.push(...(page.Items ?? []).map(readItem));
      from = page.LastEvaluatedKey;
    } while (from && items.length < limit);
    return items;
  }

  return { get, put, putAll, update, delete: remove, query, queryQueue };
}

async function named<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw serviceFault(error, what);
  }
}

function keyOf({ partition, sort }: ItemKey): StoredItem {
  return { partition: { S: partition }, sort: { S: sort } };
}

function conditionally(condition: Condition | undefined, change?: Change) {
  const expression = dynamoExpression(condition, change);
  return condition ? { ...expression, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const } : expression;
}
