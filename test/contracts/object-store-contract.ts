import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectInfo, ObjectStore } from '../../lib/ports/object-store.ts';

/** A store of its own for one suite, and what ends it. */
export interface ObjectStoreUnderTest {
  readonly objects: ObjectStore;
  readonly close: () => Promise<void>;
  /** A bucket that `s3://` locations may name. */
  readonly bucket: string;
}

const text = (value: string) => new TextEncoder().encode(value);
const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A thousand requests, which a server for tests may take one after the other. */
const SLOW_MS = 180_000;

/** What every object store must do, whatever it is made of. */
export function objectStoreContract(name: string, open: () => Promise<ObjectStoreUnderTest>): void {
  describe(`object store: ${name}`, () => {
    let store: ObjectStoreUnderTest;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('gives back what was put, byte for byte', async () => {
      const body = Uint8Array.from({ length: 1_000 }, (_, index) => index % 256);
      expect(await store.objects.put('bytes/all', body)).toEqual({ stored: true });
      expect(await store.objects.get('bytes/all')).toEqual(body);
    });

    it('keeps an empty object', async () => {
      await store.objects.put('bytes/none', new Uint8Array());
      expect(await store.objects.get('bytes/none')).toHaveLength(0);
      expect(await store.objects.info('bytes/none')).toEqual({ location: 'bytes/none', sizeBytes: 0 });
    });

    it('replaces an object, and not with ifAbsent', async () => {
      await store.objects.put('replaced', text('first, and long'));
      await store.objects.put('replaced', text('second'));
      expect(await store.objects.put('replaced', text('third'), { ifAbsent: true })).toEqual({
        stored: false,
        reason: 'exists',
      });
      expect(read(await store.objects.get('replaced'))).toBe('second');
    });

    it('lets one of many writers with ifAbsent win, and keeps the body of the winner', async () => {
      const puts = Array.from({ length: 20 }, (_, writer) =>
        store.objects.put('race/once', text(`writer ${writer}`), { ifAbsent: true }),
      );
      const winners = (await Promise.all(puts)).flatMap((put, writer) => (put.stored ? [`writer ${writer}`] : []));
      expect(winners).toHaveLength(1);
      expect(read(await store.objects.get('race/once'))).toBe(winners[0]);
    });

    it('never shows half an object while it is replaced', async () => {
      const bodies = [new Uint8Array(300_000).fill(1), new Uint8Array(200_000).fill(2)] as const;
      await store.objects.put('race/whole', bodies[0]);
      const writing = (async () => {
        for (let turn = 0; turn < 20; turn += 1) await store.objects.put('race/whole', bodies[turn % 2] ?? bodies[0]);
      })();
      for (let turn = 0; turn < 20; turn += 1) {
        const seen = await store.objects.get('race/whole');
        expect(seen.length).toBe(seen[0] === 1 ? 300_000 : 200_000);
        expect(new Set(seen).size).toBe(1);
      }
      await writing;
    });

    it('reads any range as a slice of the whole', async () => {
      const body = Uint8Array.from({ length: 97 }, (_, index) => index);
      await store.objects.put('ranged', body);
      await fc.assert(
        fc.asyncProperty(fc.nat(96), fc.nat(150), async (start, more) => {
          const seen = await store.objects.get('ranged', { start, end: start + more });
          expect(seen).toEqual(body.slice(start, start + more));
        }),
        { numRuns: 40 },
      );
    });

    it('answers a range behind the end with nothing', async () => {
      await store.objects.put('short', text('abc'));
      expect(await store.objects.get('short', { start: 3, end: 10 })).toHaveLength(0);
      expect(await store.objects.get('short', { start: 100, end: 110 })).toHaveLength(0);
    });

    it('names MissingObject when nothing lies there', async () => {
      await expect(store.objects.get('missing')).rejects.toMatchObject({ name: 'MissingObject' });
      await expect(store.objects.get('missing', { start: 0, end: 1 })).rejects.toMatchObject({ name: 'MissingObject' });
      expect(await store.objects.info('missing')).toBeUndefined();
    });

    it('removes an object, and removing it again is no error', async () => {
      await store.objects.put('removed', text('x'));
      await store.objects.delete('removed');
      await store.objects.delete('removed');
      expect(await store.objects.info('removed')).toBeUndefined();
      expect(await store.objects.put('removed', text('y'), { ifAbsent: true })).toEqual({ stored: true });
    });

    it('says in a listing when an object was written, if it knows', async () => {
      const before = Date.now();
      await store.objects.put('written/now', text('x'));
      const [listed] = await all(store.objects.list('written/'));
      // a store in memory has no clock; S3 counts whole seconds, and its clock is its own
      const { modifiedAt = before } = listed ?? {};
      expect(Math.abs(modifiedAt - before)).toBeLessThan(5_000);
    });

    it('lists by prefix in code unit order, folders and keys mixed', async () => {
      const keys = ['list/b', 'list/a/2', 'list/a-1', 'list/a/10', 'list/Z', 'list/ä', 'lisu'];
      for (const key of keys) await store.objects.put(key, text(key));
      expect((await all(store.objects.list('list/'))).map(({ location }) => location)).toEqual([
        'list/Z',
        'list/a-1',
        'list/a/10',
        'list/a/2',
        'list/b',
        'list/ä',
      ]);
      expect(await all(store.objects.list('list/a/1'))).toEqual([{ location: 'list/a/10', sizeBytes: 9 }]);
      expect(await all(store.objects.list('list/nothing'))).toEqual([]);
    });

    it(
      'lists more than one page',
      async () => {
        const keys = Array.from({ length: 1_050 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
        await Promise.all(keys.map((key) => store.objects.put(key, text('.'))));
        expect((await all(store.objects.list('many/'))).map(({ location }) => location)).toEqual(keys);
      },
      SLOW_MS,
    );

    it('takes a bucket by name, apart from the own keys', async () => {
      const location = `s3://${store.bucket}/in/bucket`;
      await store.objects.put(location, text('there'));
      expect(read(await store.objects.get(location, { start: 1, end: 3 }))).toBe('he');
      expect(await store.objects.info('in/bucket')).toBeUndefined();
      expect(await all(store.objects.list(`s3://${store.bucket}/in/`))).toEqual([{ location, sizeBytes: 5 }]);
    });

    it('takes keys with spaces, percent signs and letters of any script', async () => {
      const keys = ['odd/a b', 'odd/100%', 'odd/+', 'odd/数据'];
      for (const key of keys) await store.objects.put(key, text(key));
      for (const key of keys) expect(read(await store.objects.get(key))).toBe(key);
    });
  });
}

async function all(objects: AsyncIterable<ObjectInfo>): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const { location, sizeBytes } of objects) found.push({ location, sizeBytes });
  return found;
}
