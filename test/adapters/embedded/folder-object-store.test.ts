import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderObjectStore } from '../../../lib/adapters/embedded/folder-object-store.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { objectStoreContract } from '../../contracts/object-store-contract.ts';

objectStoreContract('a folder', async () => {
  const root = await mkdtemp(join(tmpdir(), 'foreshard-objects-'));
  return { objects: folderObjectStore({ root }), bucket: 'data', close: () => rm(root, { recursive: true }) };
});

describe('folder object store', () => {
  let home: string;
  let objects: ObjectStore;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'foreshard-objects-'));
    await mkdir(join(home, 'input'));
    await writeFile(join(home, 'input', 'a.csv'), 'x,y\n1,2\n');
    await writeFile(join(home, 'secret'), 'out of reach');
    objects = folderObjectStore({ root: join(home, 'objects'), readRoot: home });
  });
  afterAll(() => rm(home, { recursive: true }));

  it('reads and lists files of the machine, relative to the read root', async () => {
    expect(new TextDecoder().decode(await objects.get('file:input/a.csv', { start: 4, end: 7 }))).toBe('1,2');
    expect(await objects.info('file:input/a.csv')).toEqual({ location: 'file:input/a.csv', sizeBytes: 8 });
    const listed: unknown[] = [];
    for await (const info of objects.list('file:input/')) listed.push(info);
    expect(listed).toMatchObject([{ location: 'file:input/a.csv', sizeBytes: 8 }]);
    expect(await objects.get(`file:${join(home, 'secret')}`)).toHaveLength(12);
  });

  it('writes no file outside of its root', async () => {
    await expect(objects.put('file:input/b.csv', new Uint8Array(1))).rejects.toMatchObject({ name: 'InvalidInput' });
    await expect(objects.delete('file:input/a.csv')).rejects.toMatchObject({ name: 'InvalidInput' });
    expect(await readdir(join(home, 'input'))).toEqual(['a.csv']);
  });

  it.each(['../../secret', 's3://../../../secret', 'a/../b', './a', 'a//b', '', 'a/', '/etc/passwd', 'a\0b', '..'])(
    'refuses %j as a key',
    async (key) => {
      await expect(objects.get(key)).rejects.toMatchObject({ name: 'InvalidInput' });
      await expect(objects.put(key, new Uint8Array(1))).rejects.toMatchObject({ name: 'InvalidInput' });
    },
  );

  it('lists nothing outside of its root', async () => {
    const listing = async () => {
      for await (const info of objects.list('../../')) throw new Error(`listed ${info.location}`);
    };
    await expect(listing()).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  it('leaves no unfinished file behind', async () => {
    const bodies = Array.from({ length: 10 }, () => objects.put('tidy/one', new Uint8Array(9), { ifAbsent: true }));
    await Promise.all(bodies);
    expect(await readdir(join(home, 'objects', 'run', 'tidy'))).toEqual(['one']);
  });
});
