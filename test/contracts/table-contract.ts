import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import type { Condition, Item, ItemKey, Table } from '../../lib/ports/table.ts';

let partitionCount = 0;

/** A partition of its own for every test: the table may be shared, and may be a real one. */
function fresh(sort = 'a'): ItemKey {
  partitionCount += 1;
  return { partition: `contract-${process.pid}-${Date.now()}-${partitionCount}`, sort };
}

/** What an endpoint is known to do unlike DynamoDB. */
export interface TableDifferences {
  /** It fails where an attribute is compared with a value of another type, which is simply not true. */
  readonly failsOnUnlikeTypes?: boolean;
}

/** What every adapter of the table port must do, whatever stands behind it. */
export function tableContract(name: string, tableOf: () => Table, differences: TableDifferences = {}): void {
  describe(`${name} as a table`, () => {
    it('gives back what was put, every kind of attribute as it was', async () => {
      const item = {
        ...fresh(),
        text: 'é𝒳"\n',
        empty: '',
        number: -0.25,
        large: 9_007_199_254_740_991,
        yes: true,
        nothing: null,
        set: new Set(['b', 'a']),
        list: [1, 'two', [null, { three: 3 }], []],
        map: { nested: { deep: [{ er: false }] }, constructor: 'own', empty: {} },
      };
      await tableOf().put(item);
      expect(await tableOf().get(item)).toEqual(item);
    });

    it('stores neither an empty set nor what is undefined', async () => {
      const key = fresh();
      await tableOf().put({ ...key, none: new Set<string>(), missing: undefined, kept: 1 });
      expect(await tableOf().get(key)).toEqual({ ...key, kept: 1 });
    });

    it('lets no key of a map reach a prototype', async () => {
      const key = fresh();
      await tableOf().put({ ...key, map: JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') });
      const map = (await tableOf().get(key))?.map;
      expect(map).toHaveProperty('constructor', 1);
      expect(map).not.toHaveProperty('polluted');
      expect({}).not.toHaveProperty('polluted');
    });

    it('knows nothing of an item that was never put, or was deleted', async () => {
      const key = fresh();
      expect(await tableOf().get(key)).toBeUndefined();
      await tableOf().put({ ...key, one: 1 });
      await tableOf().delete(key);
      expect(await tableOf().get(key)).toBeUndefined();
      await tableOf().delete(key);
    });

    it('hands out copies: changing one changes nothing stored', async () => {
      const item = { ...fresh(), list: [1], set: new Set(['a']) };
      await tableOf().put(item);
      item.list.push(2);
      item.set.add('b');
      const read = await tableOf().get(item);
      (read as unknown as { list: number[] }).list.push(3);
      expect(await tableOf().get(item)).toEqual({ ...item, list: [1], set: new Set(['a']) });
    });

    it('replaces a whole item with a put', async () => {
      const key = fresh();
      await tableOf().put({ ...key, old: 1, both: 1 });
      await tableOf().put({ ...key, both: 2 });
      expect(await tableOf().get(key)).toEqual({ ...key, both: 2 });
    });

    it('puts if absent once, and then answers with what is there', async () => {
      const key = fresh();
      const ifAbsent: Condition = { attribute: 'partition', exists: false };
      expect(await tableOf().put({ ...key, by: 'first' }, ifAbsent)).toEqual({
        applied: true,
        item: { ...key, by: 'first' },
      });
      expect(await tableOf().put({ ...key, by: 'second' }, ifAbsent)).toEqual({
        applied: false,
        item: { ...key, by: 'first' },
      });
    });

    it('lets exactly one of many putters win', async () => {
      const key = fresh();
      const writes = await Promise.all(
        Array.from({ length: 12 }, (_, by) => tableOf().put({ ...key, by }, { attribute: 'partition', exists: false })),
      );
      const winners = writes.flatMap(({ applied }, by) => (applied ? [by] : []));
      expect(winners).toHaveLength(1);
      expect((await tableOf().get(key))?.by).toBe(winners[0]);
    });

    it('changes the named attributes alone, and answers with the item as it is then', async () => {
      const key = fresh();
      await tableOf().put({ ...key, kept: 'k', gone: 1, set: new Set(['a']) });
      const write = await tableOf().update(key, {
        set: { status: 'reserved word', list: [1] },
        add: { set: new Set(['a', 'b']), other: new Set(['c']), none: new Set() },
        remove: ['gone', 'never-there'],
      });
      const expected = {
        ...key,
        kept: 'k',
        status: 'reserved word',
        list: [1],
        set: new Set(['a', 'b']),
        other: new Set(['c']),
      };
      expect(write).toEqual({ applied: true, item: expected });
      expect(await tableOf().get(key)).toEqual(expected);
    });

    it('makes an item with an update, unless the condition forbids it', async () => {
      const key = fresh();
      expect(await tableOf().update(key, { set: { a: 1 } }, { attribute: 'a', exists: true })).toEqual({
        applied: false,
        item: undefined,
      });
      expect(await tableOf().get(key)).toBeUndefined();
      expect(await tableOf().update(key, { add: { s: new Set(['x']) } })).toEqual({
        applied: true,
        item: { ...key, s: new Set(['x']) },
      });
    });

    it('loses no member when many add to one set at once', async () => {
      const key = fresh();
      const members = Array.from({ length: 20 }, (_, member) => String(member));
      const writes = await Promise.all(
        members.map((member) => tableOf().update(key, { add: { done: new Set([member]) } })),
      );
      expect((await tableOf().get(key))?.done).toEqual(new Set(members));
      const sizes = writes.map(({ item }) => (item as unknown as { done: Set<string> }).done.size);
      expect(Math.max(...sizes)).toBe(members.length);
    });

    it('changes and deletes nothing when the condition does not hold', async () => {
      const item = { ...fresh(), epoch: 3 };
      await tableOf().put(item);
      const stale: Condition = { attribute: 'epoch', equals: 2 };
      expect(await tableOf().update(item, { set: { epoch: 9 } }, stale)).toEqual({ applied: false, item });
      expect(await tableOf().put({ ...item, epoch: 9 }, stale)).toEqual({ applied: false, item });
      await tableOf().delete(item, stale);
      expect(await tableOf().get(item)).toEqual(item);
      await tableOf().delete(item, { attribute: 'epoch', equals: 3 });
      expect(await tableOf().get(item)).toBeUndefined();
    });

    it('holds a condition exactly when its definition does', async () => {
      const item: Item = { ...fresh(), number: 5, text: 'five', flag: false };
      await tableOf().put(item);
      await fc.assert(
        fc.asyncProperty(conditions(), async (condition) => {
          fc.pre(!differences.failsOnUnlikeTypes || !comparesUnlikeTypes(condition, item));
          const { applied } = await tableOf().update(item, { set: { touched: 1 } }, condition);
          expect(applied).toBe(holds(condition, item));
        }),
        { numRuns: 60 },
      );
    });

    it('writes many items at once, the later of two with the same key', async () => {
      const { partition } = fresh();
      const items = Array.from({ length: 61 }, (_, one) => ({ partition, sort: String(one).padStart(3, '0'), one }));
      await tableOf().putAll([{ partition, sort: '000', one: -1 }, ...items]);
      await tableOf().putAll([]);
      expect(await collect(tableOf().query({ partition }))).toEqual(items);
    });

    it('queries by prefix in code unit order, however many pages that takes', async () => {
      const { partition } = fresh();
      const padding = 'x'.repeat(30_000);
      const sorts = [...Array.from({ length: 45 }, (_, one) => `S#${one}`), 'S', 'T#1', 's#1', 'S#é'];
      await tableOf().putAll(sorts.map((sort) => ({ partition, sort, padding })));
      const expected = sorts.filter((sort) => sort.startsWith('S#')).sort();
      const found = await collect(tableOf().query({ partition, sortPrefix: 'S#' }));
      expect(found.map(({ sort }) => sort)).toEqual(expected);
      const first = await collect(tableOf().query({ partition, sortPrefix: 'S#', limit: 3 }));
      expect(first.map(({ sort }) => sort)).toEqual(expected.slice(0, 3));
      expect(await collect(tableOf().query({ partition, limit: 0 }))).toEqual([]);
    });

    it('lists in a queue what has both queue and rank, lowest rank first, up to a rank and a limit', async () => {
      const { partition } = fresh();
      const queue = `queue-${partition}`;
      const ranks = ['10', '09', '2', '100'];
      await Promise.all(ranks.map((rank) => tableOf().put({ partition, sort: rank, queue, rank, state: 'READY' })));
      await tableOf().put({ partition, sort: 'no rank', queue });
      await tableOf().put({ partition, sort: 'other', queue: `${queue}-2`, rank: '0' });
      const sortsOf = async (query: { limit?: number }) =>
        (await tableOf().queryQueue({ queue, ...query })).map(({ sort }) => sort);
      await expect.poll(() => sortsOf({})).toEqual(['09', '10', '100', '2']);
      expect(await sortsOf({ limit: 3 })).toEqual(['09', '10', '100']);
      expect((await tableOf().queryQueue({ queue, limit: 1 }))[0]).toEqual({
        partition,
        sort: '09',
        queue,
        rank: '09',
        state: 'READY',
      });
    });

    it('moves an item between queues with an update, and takes it out when the queue is removed', async () => {
      const key = fresh();
      const queue = `queue-${key.partition}`;
      const listed = async (name: string) => (await tableOf().queryQueue({ queue: name })).map(({ rank }) => rank);
      await tableOf().put({ ...key, queue, rank: '1' });
      await tableOf().update(key, { set: { queue: `${queue}-2`, rank: '5' } });
      await expect.poll(() => listed(queue)).toEqual([]);
      await expect.poll(() => listed(`${queue}-2`)).toEqual(['5']);
      await tableOf().update(key, { remove: ['queue', 'rank'] });
      await expect.poll(() => listed(`${queue}-2`)).toEqual([]);
      await tableOf().update(key, { set: { queue, rank: '3' } });
      await expect.poll(() => listed(queue)).toEqual(['3']);
      await tableOf().delete(key);
      await expect.poll(() => listed(queue)).toEqual([]);
    });
  });
}

/** Conditions over an item that has a number, a text and a flag, and lacks `absent`. */
function conditions(): fc.Arbitrary<Condition> {
  const attribute = fc.constantFrom('number', 'text', 'flag', 'absent', 'sort');
  // Texts are not ordered against numbers: nobody needs it, and moto fails at it.
  const numeric = fc.constantFrom('number', 'absent');
  const number = fc.integer({ min: 3, max: 7 });
  const leaf: fc.Arbitrary<Condition> = fc.oneof(
    fc.record({ attribute, exists: fc.boolean() }),
    fc.record({ attribute, equals: fc.oneof(number, fc.constantFrom('five', 'a'), fc.boolean()) }),
    fc.record({ attribute, oneOf: fc.array(fc.oneof(number, fc.constantFrom('five', 'a')), { maxLength: 3 }) }),
    fc.record({ attribute: numeric, atMost: number }),
    fc.record({ attribute: numeric, lessThan: number }),
    fc.record({ attribute: numeric, atLeast: number }),
  );
  return fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }),
    ),
  })).condition;
}

/** The port's own words, written as plainly as can be: what does not exist meets only `exists: false`. */
function holds(condition: Condition, item: Item): boolean {
  if ('all' in condition) return !condition.all.some((inner) => !holds(inner, item));
  if ('any' in condition) return condition.any.some((inner) => holds(inner, item));
  const value = item[condition.attribute];
  if ('exists' in condition) return condition.exists === condition.attribute in item;
  if ('equals' in condition) return value === condition.equals;
  if ('oneOf' in condition) return new Set<unknown>(condition.oneOf).has(value);
  if (typeof value !== 'number') return false;
  if ('atMost' in condition) return !(value > condition.atMost);
  if ('lessThan' in condition) return !(value >= condition.lessThan);
  return !(value < condition.atLeast);
}

function comparesUnlikeTypes(condition: Condition, item: Item): boolean {
  if ('all' in condition) return condition.all.some((each) => comparesUnlikeTypes(each, item));
  if ('any' in condition) return condition.any.some((each) => comparesUnlikeTypes(each, item));
  const ordered = 'atMost' in condition || 'lessThan' in condition || 'atLeast' in condition;
  return ordered && typeof item[condition.attribute] !== 'number';
}
