import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readLevelAtOnce } from '../../../lib/adapters/embedded/read-level-at-once.ts';
import { requireOfLevel } from '../../../lib/adapters/embedded/require-of-level.ts';

interface Store {
  open(): Promise<void>;
  close(): Promise<void>;
  put(key: string, value: string): Promise<void>;
  get(key: string): Promise<string | undefined>;
}

it('answers a read before the event loop has turned, with what was written, and with nothing for what was not', async () => {
  readLevelAtOnce();
  const { ClassicLevel } = requireOfLevel('classic-level') as { readonly ClassicLevel: new (path: string) => Store };
  const folder = await mkdtemp(join(tmpdir(), 'foreshard-level-'));
  const store = new ClassicLevel(join(folder, 'store'));
  try {
    await store.open();
    await store.put('known', 'äöü');
    const order: string[] = [];
    const reads = Promise.all([store.get('known'), store.get('unknown')]).then((values) => {
      order.push('read');
      return values;
    });
    await turn().then(() => order.push('turned'));
    expect(await reads).toEqual(['äöü', undefined]);
    expect(order).toEqual(['read', 'turned']);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});
