import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseChaos } from '../../../lib/adapters/embedded/chaos-spec.ts';
import { chaosWrites } from '../../../lib/adapters/embedded/chaos-writes.ts';
import { folderObjectStore } from '../../../lib/adapters/embedded/folder-object-store.ts';

const BODY = new TextEncoder().encode('0123456789');

describe('chaos on the disk', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'foreshard-chaos-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const store = (faults: string, startedAt = Date.now()) =>
    folderObjectStore({ root, write: chaosWrites({ spec: parseChaos(faults, 1), startedAt }) });

  it('leaves nothing half written when the room ends in the middle', async () => {
    const write = async (file: string, body: Uint8Array) => {
      await writeFile(file, body.subarray(0, 3));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    await expect(folderObjectStore({ root, write }).put('a/b', BODY)).rejects.toMatchObject({
      name: 'StoreUnavailable',
    });
    expect((await readdir(root, { recursive: true })).filter((name) => name.includes('b'))).toEqual([]);
  });

  it('has no room while the window is open, says so, and leaves nothing half written', async () => {
    const objects = store('disk=0s+1m');
    await expect(objects.put('a/b', BODY)).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining("no room on the disk for 'a/b'"),
    });
    expect((await readdir(root, { recursive: true })).filter((name) => name.includes('unfinished'))).toEqual([]);
    const later = store('disk=0s+1m', Date.now() - 60_000);
    expect(await later.put('a/b', BODY)).toEqual({ stored: true });
  });

  it.each([
    ['corrupt=clean/0', '0123446789'],
    ['truncate=clean', '01234'],
  ])('%s: keeps something else of the first attempt, and of nothing else', async (faults, damaged) => {
    const objects = store(faults);
    const kept = async (location: string) => {
      await objects.put(location, BODY, { ifAbsent: true });
      return new TextDecoder().decode(await objects.get(location));
    };
    expect(await kept('runs/r/outputs/clean/0/1')).toBe(damaged);
    await objects.put('runs/r/outputs/clean/0/1', BODY);
    expect(new TextDecoder().decode(await objects.get('runs/r/outputs/clean/0/1'))).toBe('0123456789');
    expect(await kept('runs/r/outputs/clean/0/2')).toBe('0123456789');
    expect(await kept('runs/r/outputs/join/0/1')).toBe('0123456789');
    expect(await kept('runs/r/clean/0/1')).toBe('0123456789');
  });
});
