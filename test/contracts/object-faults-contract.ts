import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { Fault, FaultyEndpoint } from '../fixtures/faulty-endpoint.ts';

export interface FaultyObjects {
  /**
   * A store with a client of its own, which waits 1.5 s for an answer and for each piece of a body and makes six attempts:
   * a client that has tried again too often in all makes none.
   */
  readonly connect: () => ObjectStore;
  readonly endpoint: FaultyEndpoint;
  /** Uploads in parts that were begun and neither completed nor aborted. */
  readonly unfinishedCount: () => Promise<number>;
  /** A body that is sent in three parts. */
  readonly largeBytes: number;
  readonly close: () => Promise<void>;
}

const SLOW_DOWN: Fault = { refuse: 'SlowDown', status: 503 };
const BROKEN: Fault = { refuse: 'InternalError', status: 500 };
const SLOW = { timeout: 90_000 };
const body = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);

/** What an adapter of an object store makes of a network and a service that fail. */
export function objectFaultsContract(name: string, open: () => Promise<FaultyObjects>): void {
  describe(`object store that fails: ${name}`, SLOW, () => {
    let under: FaultyObjects;
    beforeAll(async () => {
      under = await open();
      await under.connect().put('there', body);
    });
    afterAll(() => under.close());

    it.each([
      ['throttled', SLOW_DOWN],
      ['broken', BROKEN],
      ['silent', 'silence'],
      ['lost', 'lost answer'],
    ] as const)('tries again what was %s, and the object is there', async (kind, fault) => {
      const { connect, endpoint } = under;
      const objects = connect();
      endpoint.next(fault, fault);
      expect(await objects.put(`again/${kind}`, body)).toEqual({ stored: true });
      expect(endpoint.count()).toBe(3);
      expect(await objects.get(`again/${kind}`)).toEqual(body);
    });

    it.each([
      ['Throttled', SLOW_DOWN],
      ['StoreUnavailable', BROKEN],
      ['StoreUnavailable', 'silence'],
    ] as const)('names %s what stays %o', async (error, fault) => {
      const { connect, endpoint } = under;
      const objects = connect();
      endpoint.always(fault);
      await expect(objects.put('never', body)).rejects.toMatchObject({ name: error });
      // an answer to HEAD has no body that could name its error
      await expect(objects.info('there')).rejects.toMatchObject({ name: 'StoreUnavailable' });
      endpoint.always(undefined);
    });

    it.each(['cut', 'stall', 'wrong bit', 'silence'] as const)(
      'reads a whole object once more after a %s',
      async (fault) => {
        const { connect, endpoint } = under;
        const objects = connect();
        endpoint.next(fault);
        expect(await objects.get('there')).toEqual(body);
        expect(endpoint.count()).toBe(2);
      },
    );

    it.each(['cut', 'stall', 'silence'] as const)('reads a range once more after a %s', async (fault) => {
      const { connect, endpoint } = under;
      const objects = connect();
      endpoint.next(fault);
      expect(await objects.get('there', { start: 1_000, end: 60_000 })).toEqual(body.subarray(1_000, 60_000));
      expect(endpoint.count()).toBe(2);
    });

    it.each(['cut', 'stall', 'wrong bit'] as const)(
      'names StoreUnavailable a body that each time has a %s',
      async (fault) => {
        const { connect, endpoint } = under;
        const objects = connect();
        endpoint.always(fault);
        await expect(objects.get('there')).rejects.toMatchObject({ name: 'StoreUnavailable' });
        endpoint.always(undefined);
      },
    );

    it('keeps one body under a key that is put if absent, whether or not the answer was lost', async () => {
      const { connect, endpoint } = under;
      const objects = connect();
      endpoint.next('lost answer');
      const put = await objects.put('once', body, { ifAbsent: true });
      // refused by itself: what lies there is this body
      expect(put).toEqual({ stored: false, reason: 'exists' });
      expect(await objects.get('once')).toEqual(body);
    });

    it('goes on with a listing at the page that failed', async () => {
      const { connect, endpoint } = under;
      const objects = connect();
      await Promise.all([1, 2, 3].map((one) => objects.put(`listed/${one}`, body)));
      endpoint.next(SLOW_DOWN, 'cut', 'silence');
      const found = await collect(objects.list('listed/'));
      expect(found.map(({ location }) => location)).toEqual(['listed/1', 'listed/2', 'listed/3']);
    });

    it('sends the part again that failed, and leaves no upload behind when it cannot', async () => {
      const { connect, endpoint, largeBytes, unfinishedCount } = under;
      const objects = connect();
      const large = new Uint8Array(largeBytes).fill(3);
      endpoint.next(undefined, SLOW_DOWN, 'lost answer');
      expect(await objects.put('large', large)).toEqual({ stored: true });
      expect(await objects.info('large')).toMatchObject({ sizeBytes: largeBytes });
      const denied: Fault = { refuse: 'AccessDenied', status: 403 };
      endpoint.next(undefined, denied, denied, denied);
      await expect(objects.put('denied', large)).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(await unfinishedCount()).toBe(0);
      expect(await objects.info('denied')).toBeUndefined();
    });
  });
}
