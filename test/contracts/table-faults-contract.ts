import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import type { ItemKey, Table } from '../../lib/ports/table.ts';
import type { Fault, FaultyEndpoint } from '../fixtures/faulty-endpoint.ts';

export interface FaultyTable {
  /**
   * A table with a client of its own, which waits 1.5 s for an answer and makes six attempts: a client that has tried
   * again too often in all makes none.
   */
  readonly connect: () => Table;
  readonly endpoint: FaultyEndpoint;
  readonly close: () => Promise<void>;
}

const THROTTLE: Fault = { refuse: 'ProvisionedThroughputExceededException', status: 400 };
const BROKEN: Fault = { refuse: 'InternalServerError', status: 500 };
/** Six attempts of a call that is throttled wait 15 s at the most. */
const SLOW = { timeout: 60_000 };

let partitionCount = 0;

function fresh(sort = 'a'): ItemKey {
  partitionCount += 1;
  return { partition: `faults-${process.pid}-${Date.now()}-${partitionCount}`, sort };
}

/** What an adapter of a table makes of a network and a service that fail. */
export function tableFaultsContract(name: string, open: () => Promise<FaultyTable>): void {
  describe(`${name} as a table that fails`, SLOW, () => {
    let under: FaultyTable;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.close());

    it.each([
      ['throttled', THROTTLE],
      ['broken', BROKEN],
      ['silent', 'silence'],
      ['cut off', 'cut'],
      ['lost', 'lost answer'],
    ] as const)('tries again what was %s, and the write is there', async (_, fault) => {
      const { connect, endpoint } = under;
      const table = connect();
      const item = { ...fresh(), one: 1 };
      endpoint.next(fault, fault);
      expect(await table.put(item)).toEqual({ applied: true, item });
      expect(endpoint.count()).toBe(3);
      expect(await table.get(item)).toEqual(item);
    });

    it.each([
      ['Throttled', THROTTLE],
      ['StoreUnavailable', BROKEN],
      ['StoreUnavailable', 'silence'],
      ['StoreUnavailable', 'cut'],
    ] as const)('names %s what stays %o, after six attempts', async (error, fault) => {
      const { connect, endpoint } = under;
      const table = connect();
      endpoint.always(fault);
      await expect(table.update(fresh(), { set: { a: 1 } })).rejects.toMatchObject({ name: error });
      expect(endpoint.count()).toBe(6);
      endpoint.always(undefined);
    });

    it('answers a conditional write whose first answer was lost with the item that it wrote itself', async () => {
      const { connect, endpoint } = under;
      const table = connect();
      const item = { ...fresh(), owner: 'me' };
      endpoint.next('lost answer');
      const write = await table.put(item, { attribute: 'partition', exists: false });
      // refused by itself: the caller sees by the item that it is its own
      expect(write).toEqual({ applied: false, item });
    });

    it('adds to a set once, however often the answer is lost', async () => {
      const { connect, endpoint } = under;
      const table = connect();
      const key = fresh();
      endpoint.next('lost answer', 'lost answer');
      await table.update(key, { add: { done: new Set(['a']) } });
      expect((await table.get(key))?.done).toEqual(new Set(['a']));
    });

    it('writes all of many items of which a part is left over each time', async () => {
      const { connect, endpoint } = under;
      const table = connect();
      const { partition } = fresh();
      const items = Array.from({ length: 60 }, (_, one) => ({ partition, sort: String(one).padStart(3, '0'), one }));
      endpoint.next('half a batch', THROTTLE, 'half a batch', 'half a batch', 'lost answer', 'half a batch');
      await table.putAll(items);
      expect(await collect(table.query({ partition }))).toEqual(items);
    });

    it('names Throttled what is left over every time', async () => {
      const { connect, endpoint } = under;
      const table = connect();
      endpoint.always('half a batch');
      const one = { ...fresh(), one: 1 };
      await expect(table.putAll([one])).rejects.toMatchObject({ name: 'Throttled' });
      endpoint.always(undefined);
    });

    it('goes on with a query at the page that failed, without a gap and without a repetition', async () => {
      const { connect, endpoint } = under;
      const table = connect();
      const { partition } = fresh();
      const padding = 'x'.repeat(100_000);
      const sorts = Array.from({ length: 30 }, (_, one) => String(one).padStart(3, '0'));
      await table.putAll(sorts.map((sort) => ({ partition, sort, padding })));
      endpoint.next(undefined, THROTTLE, 'cut', undefined, 'silence');
      const found = await collect(table.query({ partition }));
      expect(found.map(({ sort }) => sort)).toEqual(sorts);
      // 3 MB are three pages of 1 MB and what is left
      expect(endpoint.count()).toBeGreaterThanOrEqual(6);
    });
  });
}
