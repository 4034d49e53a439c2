import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectInfo } from '../../lib/ports/object-store.ts';
import { type CopyRecord, copy } from '../../lib/tasks/copy.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { blockOf, runTask } from '../run-task.ts';

const paths = fc.stringMatching(/^[a-z]{1,6}(\/[a-z]{1,6}){0,2}\.txt$/);
const bodies = fc.uint8Array({ maxLength: 200 });

describe('copy', () => {
  it('leaves an equal object behind the prefix for every source, and says its size and checksum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(paths, bodies, { minKeys: 1 }), async (contents) => {
        const sources = Object.fromEntries(Object.entries(contents).map(([path, body]) => [`s3://data/${path}`, body]));
        const objects = memoryObjectStore(sources);
        const blocks = await listed(objects.list('s3://data/'));
        const once = await runTask(copy, { blocks, params: { to: 's3://replica/' }, objects });
        const twice = await runTask(copy, { blocks, params: { to: 's3://replica/' }, objects });
        expect(twice).toEqual(once);
        expect(once).toHaveLength(Object.keys(contents).length);
        for (const { record } of once) {
          const { from, to, sizeBytes, sha256 } = record as CopyRecord;
          const body = sources[from] as Uint8Array;
          expect(to).toBe(from.replace('s3://data/', 's3://replica/'));
          expect(await objects.get(to)).toEqual(body);
          expect(sizeBytes).toBe(body.length);
          expect(sha256).toBe(createHash('sha256').update(body).digest('hex'));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('reads a large object in parts', async () => {
    const body = Buffer.alloc(33 * 1024 * 1024, 'foreshard');
    const objects = memoryObjectStore({ 'file:big.bin': body });
    await runTask(copy, { blocks: await listed(objects.list('file:')), params: { to: 'replica/' }, objects });
    expect(objects.reads.filter(({ location }) => location === 'file:big.bin')).toHaveLength(3);
    expect(Buffer.compare(await objects.get('replica/big.bin'), body)).toBe(0);
  });

  it('drops what all sources share', async () => {
    const objects = memoryObjectStore({ 'file:../far/a/b.txt': 'b' });
    const blocks = await listed(objects.list('file:'));
    const [written] = await runTask(copy, { blocks, params: { to: 'replica/', from: 'file:../far/' }, objects });
    expect(written?.record).toMatchObject({ to: 'replica/a/b.txt' });
  });

  it('refuses a target outside the prefix', async () => {
    const objects = memoryObjectStore({ 'file:../far/b.txt': 'b', 'file:c.txt': 'c' });
    const blocks = await listed(objects.list('file:..'));
    await expect(runTask(copy, { blocks, params: { to: 'replica/' }, objects })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining("'../far/b.txt'"),
    });
    const from = { to: 'replica/', from: 'file:near/' };
    await expect(runTask(copy, { blocks, params: from, objects })).rejects.toMatchObject({ name: 'InvalidInput' });
    await expect(runTask(copy, { blocks, params: { to: 'no-prefix' }, objects })).rejects.toThrow(/to/);
    for await (const { location } of objects.list('replica/')) expect.fail(`nothing may be written, not ${location}`);
  });

  it('tells a source that is gone from one that changed since it was listed', async () => {
    const objects = memoryObjectStore({ 'file:a': 'abc' });
    const blocks = await listed(objects.list('file:'));
    await objects.put('file:a', new Uint8Array(2));
    const params = { to: 'replica/' };
    await expect(runTask(copy, { blocks, params, objects })).rejects.toMatchObject({ name: 'ChecksumMismatch' });
    await objects.delete('file:a');
    await expect(runTask(copy, { blocks, params, objects })).rejects.toMatchObject({ name: 'MissingObject' });
  });

  it('finds a copy that a store broke', async () => {
    const objects = memoryObjectStore({ 'file:a': 'abc' });
    const broken = {
      ...objects,
      put: (location: string, body: Uint8Array) =>
        objects.put(
          location,
          body.map((byte) => byte ^ 1),
        ),
    };
    const blocks = await listed(objects.list('file:'));
    await expect(runTask(copy, { blocks, params: { to: 'replica/' }, objects: broken })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
    });
  });

  it('copies nothing more once its time is over', async () => {
    const objects = memoryObjectStore({ 'file:a': 'a' });
    const blocks = await listed(objects.list('file:'));
    expect(await runTask(copy, { blocks, params: { to: 'replica/' }, objects, signal: AbortSignal.abort() })).toEqual(
      [],
    );
    expect(await objects.info('replica/a')).toBeUndefined();
  });
});

async function listed(infos: AsyncIterable<ObjectInfo>) {
  const records: ObjectInfo[] = [];
  for await (const info of infos) records.push(info);
  return records.map((info) => blockOf([info], info.location));
}
