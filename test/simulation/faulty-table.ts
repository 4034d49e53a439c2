import type { Item, ItemKey, Query, Table, Write } from '../../lib/ports/table.ts';
import { call, strikes } from './faulty-call.ts';
import { watchWrite } from './watch-write.ts';
import { type Actor, clockOf, type World } from './world.ts';

/** Items in one page of a query: few, so that the table changes between two pages. */
const PAGE_SIZE = 3;

/**
 * The table as one actor sees it: every call waits for its turn, and may be lost, land twice, land late, or be the last
 * that its caller lives to make. Every write is watched for what must never happen.
 *
 * @param watch applies a write, and looks at what it did
 */
export function faultyTable(world: World, actor: Actor, watch = watchWrite): Table {
  const { table } = world;

  async function* query({ partition, sortPrefix = '', limit }: Query): AsyncIterable<Item> {
    let after = '';
    let left = limit ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      const page = await call(world, actor, {
        name: 'query',
        key: sortPrefix,
        isWrite: false,
        apply: () => pageOf(after),
      });
      yield* page.slice(0, left);
      left -= page.length;
      const last = page.at(-1);
      if (page.length < PAGE_SIZE || !last) return;
      after = last.sort;
    }
    async function pageOf(from: string): Promise<readonly Item[]> {
      const page: Item[] = [];
      for await (const item of table.query({ partition, sortPrefix })) {
        if (item.sort > from) page.push(item);
        if (page.length === PAGE_SIZE) break;
      }
      return page;
    }
  }

  function write(name: string, key: ItemKey, apply: () => Promise<Write>): Promise<Write> {
    const calledAt = clockOf(world, actor);
    const watched = () => watch(world, { actor, calledAt, key }, apply);
    return call(world, actor, { name, key: key.sort, isWrite: true, apply: watched });
  }

  return {
    get: (key) => call(world, actor, { name: 'get', key: key.sort, isWrite: false, apply: () => table.get(key) }),
    put: (item, condition) => write('put', item, () => table.put(item, condition)),
    async putAll(items) {
      for (const item of items) await write('putAll', item, () => table.put(item));
    },
    update: (key, change, condition) => write('update', key, () => table.update(key, change, condition)),
    delete: async (key, condition) =>
      call(world, actor, { name: 'delete', key: key.sort, isWrite: true, apply: () => table.delete(key, condition) }),
    query,
    queryQueue: (asked) =>
      call(world, actor, {
        name: 'queue',
        key: asked.queue,
        isWrite: false,
        apply: async () => outdated(world, await table.queryQueue(asked)),
      }),
  };
}

/** The index lags behind: some of its items are not there yet. */
function outdated(world: World, items: readonly Item[]): readonly Item[] {
  return items.filter(() => !strikes(world, 'stale'));
}
