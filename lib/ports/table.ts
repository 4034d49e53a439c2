/** A stored attribute: scalars, sets of texts, and plain JSON. */
export type Attribute = string | number | boolean | null | ReadonlySet<string> | readonly unknown[] | object;

export interface ItemKey {
  readonly partition: string;
  readonly sort: string;
}

/** One item of the table. `queue` and `rank`, when present, list it in the queue index. */
export interface Item extends ItemKey {
  readonly queue?: string;
  readonly rank?: string;
  readonly [attribute: string]: Attribute | undefined;
}

/** What must hold of the stored item for a write to be applied; an item that does not exist has no attribute. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly attribute: string; readonly exists: boolean }
  | { readonly attribute: string; readonly equals: string | number | boolean }
  | { readonly attribute: string; readonly oneOf: readonly (string | number)[] }
  | { readonly attribute: string; readonly atMost: number }
  | { readonly attribute: string; readonly lessThan: number }
  | { readonly attribute: string; readonly atLeast: number };

/** A change of one item. Adding to a set is idempotent; there is no increment, so every change can be repeated. */
export interface Change {
  readonly set?: Readonly<Record<string, Attribute>>;
  readonly add?: Readonly<Record<string, ReadonlySet<string>>>;
  readonly remove?: readonly string[];
}

export type Write =
  /** The item as it is after the write. */
  | { readonly applied: true; readonly item: Item }
  /** The item that did not meet the condition, as it is now. */
  | { readonly applied: false; readonly item: Item | undefined };

export interface Query {
  readonly partition: string;
  /** Only items whose sort key starts with this. */
  readonly sortPrefix?: string;
  readonly limit?: number;
}

export interface QueueQuery {
  readonly queue: string;
  readonly limit?: number;
}

/**
 * Items under a two-part key with conditional single-item writes: DynamoDB, or a map in memory for the simulator.
 * There are no transactions; the commit protocol (lib/run) is built so that it needs none.
 */
export interface Table {
  get(key: ItemKey): Promise<Item | undefined>;
  /** Writes a whole item if the condition holds. */
  put(item: Item, condition?: Condition): Promise<Write>;
  /** Writes many items without a condition, in any order; all of them are written when it resolves. */
  putAll(items: readonly Item[]): Promise<void>;
  /** Changes one item if the condition holds; without a condition an item that does not exist is made. */
  update(key: ItemKey, change: Change, condition?: Condition): Promise<Write>;
  delete(key: ItemKey, condition?: Condition): Promise<void>;
  /** Items of one partition, by sort key in code unit order, strongly consistent. */
  query(query: Query): AsyncIterable<Item>;
  /** Items listed under a queue, lowest rank first; it may lag behind the table. */
  queryQueue(query: QueueQuery): Promise<readonly Item[]>;
}
