import { byCodeUnit } from '../../core/by-code-unit.ts';
import type { Change, Condition, Item, ItemKey, Query, QueueQuery, Table, Write } from '../../ports/table.ts';

/**
 * The table as a map in memory, for the simulator and for tests: deterministic, every method acts at once and answers
 * in a microtask. Items are copied on the way in and out, as a real table does.
 *
 * @complexity a query sorts the items that it looks at
 */
export function memoryTable(): Table {
  const partitions = new Map<string, Map<string, Item>>();
  const queues = new Map<string, Map<string, Item>>();
  const stored = ({ partition, sort }: ItemKey) => partitions.get(partition)?.get(sort);

  function store(item: Item): Item {
    unlist(item);
    partitionOf(item.partition).set(item.sort, item);
    if (item.queue !== undefined && item.rank !== undefined) {
      const queue = queues.get(item.queue);
      if (queue) queue.set(nameOf(item), item);
      else queues.set(item.queue, new Map([[nameOf(item), item]]));
    }
    return item;
  }

  function unlist(key: ItemKey): void {
    const old = stored(key);
    if (old?.queue !== undefined) queues.get(old.queue)?.delete(nameOf(old));
  }

  function partitionOf(partition: string): Map<string, Item> {
    const known = partitions.get(partition) ?? new Map<string, Item>();
    partitions.set(partition, known);
    return known;
  }

  function write(key: ItemKey, made: (old: Item | undefined) => Item, condition?: Condition): Write {
    const old = stored(key);
    if (condition && !holds(condition, old)) return { applied: false, item: old && copyOf(old) };
    return { applied: true, item: copyOf(store(made(old))) };
  }

  return {
    async get(key) {
      const item = stored(key);
      return item && copyOf(item);
    },
    async put(item, condition) {
      return write(item, () => copyOf(item), condition);
    },
    async putAll(items) {
      for (const item of items) store(copyOf(item));
    },
    async update(key, change, condition) {
      return write(key, (old) => changed(old ?? { ...keyOf(key) }, change), condition);
    },
    async delete(key, condition) {
      if (condition && !holds(condition, stored(key))) return;
      unlist(key);
      partitions.get(key.partition)?.delete(key.sort);
    },
    async *query({ partition, sortPrefix = '', limit }: Query) {
      const items = [...(partitions.get(partition)?.values() ?? [])].filter(({ sort }) => sort.startsWith(sortPrefix));
      items.sort((a, b) => byCodeUnit(a.sort, b.sort));
      for (const item of items.slice(0, limit)) yield copyOf(item);
    },
    async queryQueue({ queue, limit }: QueueQuery) {
      const listed = [...(queues.get(queue)?.values() ?? [])];
      listed.sort((a, b) => byCodeUnit(a.rank ?? '', b.rank ?? '') || byCodeUnit(nameOf(a), nameOf(b)));
      return listed.slice(0, limit).map(copyOf);
    },
  };
}

function keyOf({ partition, sort }: ItemKey): ItemKey {
  return { partition, sort };
}

function nameOf({ partition, sort }: ItemKey): string {
  return `${partition}\n${sort}`;
}

function holds(condition: Condition, item: Item | undefined): boolean {
  if ('all' in condition) return condition.all.every((inner) => holds(inner, item));
  if ('any' in condition) return condition.any.some((inner) => holds(inner, item));
  const value = item?.[condition.attribute];
  if ('exists' in condition) return (value !== undefined) === condition.exists;
  if ('equals' in condition) return value === condition.equals;
  if ('oneOf' in condition) return condition.oneOf.some((one) => one === value);
  if (typeof value !== 'number') return false;
  if ('atMost' in condition) return value <= condition.atMost;
  return 'lessThan' in condition ? value < condition.lessThan : value >= condition.atLeast;
}

function changed(old: Item, { set = {}, add = {}, remove = [] }: Change): Item {
  const item: Record<string, Item[string]> = { ...old, ...copyOf(set) };
  for (const [name, members] of Object.entries(add)) {
    const known = old[name];
    const union = new Set([...(known instanceof Set ? known : []), ...members]);
    if (union.size > 0) item[name] = union;
  }
  for (const name of remove) delete item[name];
  return { ...item, ...keyOf(old) };
}

/** A copy as a table gives it: what is undefined and empty sets are not stored. */
function copyOf<Attributes extends Readonly<Record<string, unknown>>>(attributes: Attributes): Attributes {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value === undefined || (value instanceof Set && value.size === 0)) continue;
    copy[name] = copyOfValue(value);
  }
  return copy as Attributes;
}

/** By hand: `structuredClone` costs ten times as much, and nothing but JSON and sets of texts is stored. */
function copyOfValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Set) return new Set(value);
  if (Array.isArray(value)) return value.map(copyOfValue);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOfValue(inner)]));
}
