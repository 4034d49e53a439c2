import { describe, expect, it } from 'vitest';
import { scratchObjects } from '../../lib/cli/scratch-objects.ts';
import { collect } from '../../lib/core/collect.ts';
import { objectStoreContract } from '../contracts/object-store-contract.ts';
import { memoryObjectStore } from '../memory-object-store.ts';

objectStoreContract('changes kept apart from another store', async () => ({
  objects: scratchObjects(memoryObjectStore()),
  bucket: 'data',
  close: async () => {},
}));

describe('scratchObjects', () => {
  it('shows what the other store holds, and leaves it as it was', async () => {
    const base = memoryObjectStore({ 'a/kept': 'kept', 'a/replaced': 'before', 'a/removed': 'removed' });
    const scratch = scratchObjects(base);
    await scratch.put('a/replaced', new TextEncoder().encode('after'));
    await scratch.put('a/new', new TextEncoder().encode('new'));
    await scratch.delete('a/removed');
    const seen = await collect(scratch.list('a/'));
    expect(seen.map(({ location }) => location)).toEqual(['a/kept', 'a/new', 'a/replaced']);
    expect(new TextDecoder().decode(await scratch.get('a/replaced'))).toBe('after');
    await expect(scratch.get('a/removed')).rejects.toMatchObject({ name: 'MissingObject' });
    const untouched = await collect(base.list('a/'));
    expect(untouched.map(({ location }) => location)).toEqual(['a/kept', 'a/removed', 'a/replaced']);
    expect(new TextDecoder().decode(await base.get('a/replaced'))).toBe('before');
  });
});
