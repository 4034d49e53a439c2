import { describe, expect, it } from 'vitest';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { withReplica } from '../../lib/run/with-replica.ts';
import { memoryObjectStore } from '../memory-object-store.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const failing = (name: 'StoreUnavailable' | 'Throttled' | 'MissingObject') => ({
  ...memoryObjectStore(),
  get: async () => Promise.reject(new ForeshardError(name, 'of the first store')),
});

describe('withReplica', () => {
  it('reads from the second store when the first does not answer, and from the first when it does', async () => {
    const second = memoryObjectStore({ 'runs/r/outputs/a/0/1': bytes('second') });
    const first = memoryObjectStore({ 'runs/r/outputs/a/0/1': bytes('first') });
    for (const name of ['StoreUnavailable', 'Throttled'] as const) {
      const read = withReplica(failing(name), second).get('runs/r/outputs/a/0/1', { start: 1, end: 3 });
      expect(await read).toEqual(bytes('ec'));
    }
    expect(await withReplica(first, second).get('runs/r/outputs/a/0/1')).toEqual(bytes('first'));
    expect(await withReplica(first, undefined).get('runs/r/outputs/a/0/1')).toEqual(bytes('first'));
  });

  it('keeps the failure of the first for what has no replica, what is missing, and what lies elsewhere', async () => {
    const second = memoryObjectStore({ there: bytes('x'), 's3://other/there': bytes('y') });
    const unavailable = withReplica(failing('StoreUnavailable'), second);
    await expect(unavailable.get('no-replica')).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(unavailable.get('s3://other/there')).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(withReplica(failing('MissingObject'), second).get('there')).rejects.toMatchObject({
      name: 'MissingObject',
    });
  });
});
