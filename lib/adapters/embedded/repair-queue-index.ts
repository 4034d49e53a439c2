import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';

type Stored = Readonly<Record<string, AttributeValue>>;

export interface IndexedTable {
  readonly tableName: string;
  readonly indexName: string;
}

/**
 * Makes the queue index agree with its table again. dynalite changes the index before the item, in two writes: a
 * process that was killed between them leaves an item that no queue lists, or a listing of an item that has moved on.
 * To be called while nobody else writes.
 *
 * @returns how many items were repaired
 * @complexity reads the whole table and index once
 */
export async function repairQueueIndex(
  client: DynamoDBClient,
  { tableName, indexName }: IndexedTable,
): Promise<number> {
  const items = await scan(client, { TableName: tableName });
  const listed = await scan(client, { TableName: tableName, IndexName: indexName });
  const put = (item: Stored) => client.send(new PutItemCommand({ TableName: tableName, Item: { ...item } }));
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  const listings = new Set(listed.map(listingOf));
  const stale = listed.filter((listing) => listingOf(byKey.get(keyOf(listing)) ?? {}) !== listingOf(listing));
  const unlisted = items.filter((item) => item.queue && item.rank && !listings.has(listingOf(item)));
  for (const listing of stale) {
    // Writing the item as it is listed, and then as it was, makes dynalite take the listing out.
    await put(listing);
    const item = byKey.get(keyOf(listing));
    if (item) await put(item);
    else await client.send(new DeleteItemCommand({ TableName: tableName, Key: primaryKey(listing) }));
  }
  for (const item of unlisted) await put(item);
  return stale.length + unlisted.length;
}

async function scan(
  client: DynamoDBClient,
  input: { readonly TableName: string; readonly IndexName?: string },
): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  for await (const page of paginateScan({ client }, input)) found.push(...(page.Items ?? []));
  return found;
}

function primaryKey({ partition, sort }: Stored): Record<string, AttributeValue> {
  return { partition: partition ?? { S: '' }, sort: sort ?? { S: '' } };
}

function keyOf({ partition, sort }: Stored): string {
  return JSON.stringify([partition?.S, sort?.S]);
}

/** What a listing is made of: an item that moved in its queue, or out of it, has another one. */
function listingOf({ partition, sort, queue, rank }: Stored): string {
  return JSON.stringify([partition?.S, sort?.S, queue?.S, rank?.S]);
}
