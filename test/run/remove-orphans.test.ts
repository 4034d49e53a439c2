import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { removeOrphans } from '../../lib/run/remove-orphans.ts';
import { aRecord } from '../fixtures/a-record.ts';
import { memoryObjectStore } from '../memory-object-store.ts';

const at = (name: string) => `runs/r/outputs/${name}`;
const output = (location: string) => ({
  ...{ location, sizeBytes: 1, records: 1, offsets: [0, 1], frameEnds: [1], frameChecksums: [1] },
});
const done = (shard: string, location: string) =>
  aRecord({ shard, state: 'DONE', epoch: 2, output: output(at(location)) });

async function left(shards: readonly ReturnType<typeof aRecord>[], names: readonly string[], copyCount = 1) {
  const store = memoryObjectStore(
    Object.fromEntries([...names.map(at), 'runs/other/outputs/a/0/1'].map((n) => [n, 'x'])),
  );
  await removeOrphans([store], 'r', { shards, copyCount });
  return (await collect(store.list('runs/'))).map(({ location }) => location.replace('runs/r/outputs/', ''));
}

describe('removeOrphans', () => {
  it('leaves of a shard that is done what it has committed, its own or its copy’s', async () => {
    expect(await left([done('a/0', 'a/0/2')], ['a/0/1', 'a/0/2', 'a/0~2/1'])).toEqual([
      'runs/other/outputs/a/0/1',
      'a/0/2',
    ]);
    expect(await left([done('a/0', 'a/0~2/1')], ['a/0/2', 'a/0~2/1'])).toEqual(['runs/other/outputs/a/0/1', 'a/0~2/1']);
  });

  it('leaves alone what may still be committed, and nothing of a poisoned shard', async () => {
    const running = aRecord({ shard: 'a/0', state: 'RUNNING', epoch: 2 });
    expect(await left([running], ['a/0/1', 'a/0/2', 'a/0~1/1'])).toContain('a/0/2');
    const poisoned = aRecord({ shard: 'a/0', state: 'POISONED', epoch: 2 });
    expect(await left([poisoned], ['a/0/1', 'a/0/2'])).toEqual(['runs/other/outputs/a/0/1']);
  });

  it('leaves nothing of a shard that was tried before another took it in', async () => {
    const taken = aRecord({ shard: 'a/1', state: 'REMOVED', epoch: 1 });
    const head = { ...done('a/0', 'a/0/1'), epoch: 1 };
    expect(await left([head, taken], ['a/0/1', 'a/1/1'], 0)).toEqual(['runs/other/outputs/a/0/1', 'a/0/1']);
  });

  it('lists nothing when every shard was done at once', async () => {
    const once = { ...done('a/0', 'a/0/1'), epoch: 1 };
    expect(await left([once], ['a/0/1', 'a/0/0'], 0)).toContain('a/0/0');
  });
});
