import { storedItem } from '../../lib/adapters/aws/stored-item.ts';
import type { Item, ItemKey, Table, Write } from '../../lib/ports/table.ts';
import { indexUnits, type Listed } from './index-units.ts';
import { itemBytes } from './item-bytes.ts';

export interface Capacity {
  /** Of the table. */
  writeUnits: number;
  /** Of its index. */
  indexWriteUnits: number;
  readUnits: number;
  /** Write units of table and index, by the kind of item and what it became. */
  readonly writes: Map<string, number>;
}

const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;

interface Known {
  readonly bytes: number;
  readonly listed: Listed;
}

/**
 * A table that counts what DynamoDB would bill for: a write by the larger of the item before and after it, one whose
 * condition does not hold like one that does, the index beside it, a query by all that it reads.
 *
 * @see DynamoDB Developer Guide, "DynamoDB on-demand and provisioned capacity" (write request units, read request units),
 *   "Condition expressions", and "Provisioned throughput considerations for global secondary indexes"
 */
export function countTable(table: Table): Table & { readonly capacity: Capacity } {
  const capacity: Capacity = { writeUnits: 0, indexWriteUnits: 0, readUnits: 0, writes: new Map() };
  const known = new Map<string, Known>();

  function wrote(
    key: ItemKey,
    { applied, item }: { readonly applied: boolean; readonly item: Item | undefined },
  ): void {
    const name = `${key.partition} ${key.sort}`;
    const before = known.get(name);
    const after = { bytes: item ? itemBytes(storedItem(item)) : 0, listed: { queue: item?.queue, rank: item?.rank } };
    const units = unitsOf(Math.max(before?.bytes ?? 0, after.bytes), WRITE_UNIT_BYTES);
    const index = applied ? units * indexUnits(before?.listed, after.listed) : 0;
    capacity.writeUnits += units;
    capacity.indexWriteUnits += index;
    const what = `${key.sort.split('#')[0]} ${before ? stateOf(item) : 'made'}`;
    capacity.writes.set(what, (capacity.writes.get(what) ?? 0) + units + index);
    if (applied) known.set(name, after);
  }

  async function counted(key: ItemKey, write: Promise<Write>): Promise<Write> {
    const done = await write;
    wrote(key, done);
    return done;
  }

  function readAtOnce(items: readonly Item[], share: number): void {
    const bytes = items.reduce((sum, item) => sum + itemBytes(storedItem(item)), 0);
    capacity.readUnits += share * unitsOf(bytes, READ_UNIT_BYTES);
  }

  return {
    capacity,
    async get(key) {
      const item = await table.get(key);
      readAtOnce(item ? [item] : [], 1);
      return item;
    },
    put: (item, condition) => counted(item, table.put(item, condition)),
    async putAll(items) {
      await table.putAll(items);
      for (const item of items) wrote(item, { applied: true, item });
    },
    update: (key, change, condition) => counted(key, table.update(key, change, condition)),
    async delete(key, condition) {
      await table.delete(key, condition);
      wrote(key, { applied: true, item: await table.get(key) });
    },
    async *query(query) {
      const items = [];
      for await (const item of table.query(query)) items.push(item);
      readAtOnce(items, 1);
      yield* items;
    },
    async queryQueue(query) {
      const items = await table.queryQueue(query);
      // an index is read eventually consistent, at half the price
      readAtOnce(items, 1 / 2);
      return items;
    },
  };
}

function stateOf(item: Item | undefined): string {
  return typeof item?.state === 'string' ? item.state : 'changed';
}

/** Nothing that was found costs a unit all the same. */
function unitsOf(bytes: number, unitBytes: number): number {
  return Math.max(1, Math.ceil(bytes / unitBytes));
}
