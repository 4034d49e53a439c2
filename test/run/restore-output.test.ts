import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import type { ObjectLocation } from '../../lib/ports/object-store.ts';
import { readAttempts } from '../../lib/run/attempt-store.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { isIntact } from '../../lib/run/input/is-intact.ts';
import { OutputManifest } from '../../lib/run/input/output-manifest.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { workSlot } from '../../lib/run/work-slot.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { type StoredOperation, storedRun } from '../fixtures/stored-run.ts';
import type { MemoryObjectStore } from '../memory-object-store.ts';
import { readShard } from './run-fixture.ts';

type Damage = 'corrupt' | 'truncate' | 'gone';
const DAMAGES: readonly Damage[] = ['corrupt', 'truncate', 'gone'];

const HALVES = [
  { start: 0, end: 5 },
  { start: 5, end: 10 },
];
const WIDE = { unit: 'partition', ranges: [{ start: 0, end: 1 }] } as const;
const SUM = { sum: 45, count: 10 };

/** From now on the store keeps something else, or nothing, when the output is written for the first time. */
function damage(store: MemoryObjectStore, outputOf: string, how: Damage): void {
  const put = store.put.bind(store);
  const waiting = { damaged: false };
  store.put = async (location, body, options) => {
    if (waiting.damaged || !location.includes(`/outputs/${outputOf}/`)) return put(location, body, options);
    waiting.damaged = true;
    if (how === 'gone') return { stored: true };
    const kept = how === 'truncate' ? body.subarray(0, -2) : body.map((byte, index) => (index === 1 ? byte ^ 4 : byte));
    return put(location, kept, options);
  };
}

/** Works a run off, and tells what its last operation has summed up and how often each shard's task ran. */
async function workedOff(
  operations: readonly StoredOperation[],
  meddle: (stores: { objects: MemoryObjectStore; replicas: MemoryObjectStore }) => void,
) {
  const ran: string[] = [];
  let calls = 0;
  const pass = defineTask<unknown, number>({
    name: 'pass',
    async run({ input, write, shard }) {
      ran.push(shard.id);
      for await (const { records } of input) for (const record of records) write(record);
    },
  });
  const drifting = defineTask({
    name: 'drifting',
    async run({ write }) {
      calls += 1;
      write(calls);
    },
  });
  const total = defineTask<unknown, number>({
    name: 'total',
    async run({ input, write }) {
      const all: number[] = [];
      for await (const { records } of input) all.push(...records);
      write({ sum: all.reduce((sum, one) => sum + one, 0), count: all.length });
    },
  });
  const services = memoryServices({ tasks: [pass, drifting, total], settings: { attemptMax: 2 } });
  const run = await storedRun(services, operations);
  meddle(services);
  const slot = { run, slot: 's', pool: '1769-az1', zone: 'az1', memoryMiB: 1_769 };
  const invocation = { owner: 's:1', cold: false, claimUntil: 1e6, endsAt: 1e6 };
  const judge = () => ({ kind: 'poison', attempts: 1 }) as const;
  await services.clock.during(workSlot({ slot, invocation, judge, mayClaim: async () => true }, services));
  const last = operations.at(-1)?.id ?? '';
  const shard = await readShard(services.table, run, `${last}/0`);
  const result = async () => {
    const { location } = OutputManifest.parse(shard.output);
    return JSON.parse(new TextDecoder().decode(await services.objects.get(location)));
  };
  return { services, run, ran, shard, result };
}

type Worked = Awaited<ReturnType<typeof workedOff>>;

/** Whether every committed output of an operation lies whole in a store. */
async function intact({ services, run }: Worked, operation: string, store: MemoryObjectStore): Promise<boolean> {
  for (const { output } of await collect(readShards(services.table, run, operation))) {
    const manifest = OutputManifest.parse(output);
    if (!isIntact(await store.get(manifest.location as ObjectLocation), manifest)) return false;
  }
  return true;
}

const chain = (replicate: boolean): readonly StoredOperation[] => [
  { id: 'a', ranges: HALVES, replicate },
  { id: 'b', tasks: ['total'], after: [{ operation: 'a', edge: 'wide' }], ...WIDE },
];

describe.each(DAMAGES)('an intermediate output that is %s', (how) => {
  it('is made again by doing its shard once more, and no other', async () => {
    const worked = await workedOff(chain(false), ({ objects }) => damage(objects, 'a/1', how));
    expect(await worked.result()).toEqual(SUM);
    expect(worked.ran).toEqual(['a/0', 'a/1', 'a/1']);
    expect(await intact(worked, 'a', worked.services.objects)).toBe(true);
    expect((await readAttempts(worked.services.table, worked.run)).map(({ outcome }) => outcome)).toEqual([
      'committed',
      'committed',
      'committed',
    ]);
  });

  it('is read from its replica and repaired, without any work', async () => {
    const worked = await workedOff(chain(true), ({ objects }) => damage(objects, 'a/1', how));
    expect(await worked.result()).toEqual(SUM);
    expect(worked.ran).toEqual(['a/0', 'a/1']);
    expect(await intact(worked, 'a', worked.services.objects)).toBe(true);
  });

  it('is made again when its replica is damaged too, and both are repaired', async () => {
    const worked = await workedOff(chain(true), ({ objects, replicas }) => {
      damage(objects, 'a/1', how);
      damage(replicas, 'a/1', 'truncate');
    });
    expect(await worked.result()).toEqual(SUM);
    expect(worked.ran).toEqual(['a/0', 'a/1', 'a/1']);
    expect(await intact(worked, 'a', worked.services.objects)).toBe(true);
    expect(await intact(worked, 'a', worked.services.replicas)).toBe(true);
  });

  it('is made again from what is damaged itself', async () => {
    const operations: readonly StoredOperation[] = [
      { id: 'a', ranges: HALVES },
      { id: 'm', after: [{ operation: 'a', edge: 'wide' }], ...WIDE },
      { id: 'b', tasks: ['total'], after: [{ operation: 'm', edge: 'wide' }], ...WIDE },
    ];
    // a/0 is whole while m/0 reads it, and damaged before b/0 does
    const worked = await workedOff(operations, ({ objects }) => {
      damage(objects, 'm/0', how);
      const { put } = objects;
      objects.put = async (location, body, options) => {
        if (options?.ifAbsent && location.includes('/outputs/m/0/'))
          await objects.delete(location.replace(/m\/0\/\d+$/, 'a/0/1'));
        return put(location, body, options);
      };
    });
    expect(await worked.result()).toEqual(SUM);
    expect(worked.ran).toEqual(['a/0', 'a/1', 'm/0', 'm/0', 'a/0']);
    for (const operation of ['a', 'm']) {
      expect(await intact(worked, operation, worked.services.objects)).toBe(true);
    }
  });

  it('is never passed on when it cannot be had again: its task gives something else', async () => {
    const operations: readonly StoredOperation[] = [
      { id: 'a', tasks: ['drifting'] },
      { id: 'b', tasks: ['total'], after: [{ operation: 'a', edge: 'wide' }], ...WIDE },
    ];
    const { shard, services, run } = await workedOff(operations, ({ objects }) => damage(objects, 'a/0', how));
    expect(shard).toMatchObject({
      state: 'POISONED',
      error: { name: 'ChecksumMismatch', message: expect.stringContaining('not deterministic') },
    });
    expect(await readShard(services.table, run, 'a/0')).toMatchObject({ state: 'DONE' });
  });
});

describe('a first store that does not answer', () => {
  const source = { id: 'a', ranges: HALVES } as const;
  const after = { id: 'b', after: [{ operation: 'a', edge: 'wide' }], tasks: ['total'], ...WIDE } as const;
  const away = ({ objects }: { readonly objects: MemoryObjectStore }) => {
    const get = objects.get.bind(objects);
    objects.get = async (location, range) => {
      if (location.includes('/outputs/a/')) throw new ForeshardError('StoreUnavailable', 'no answer');
      return get(location, range);
    };
  };

  it('is read from its replica, without doing any work again', async () => {
    const { ran, result, shard } = await workedOff([{ ...source, replicate: true }, after], away);
    expect(shard.state).toBe('DONE');
    expect(await result()).toMatchObject(SUM);
    expect(ran).toEqual(['a/0', 'a/1']);
  });

  it('is waited for where there is no replica', async () => {
    await expect(workedOff([source, after], away)).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});

describe('replication', () => {
  it('writes outputs of operations that ask for it into both stores, and of others into one', async () => {
    const worked = await workedOff(chain(true), () => undefined);
    const { objects, replicas } = worked.services;
    const keys = async (store: MemoryObjectStore) =>
      (await collect(store.list(`runs/${worked.run}/outputs/`))).map(({ location }) => location.split('/outputs/')[1]);
    expect(await keys(objects)).toEqual(['a/0/1', 'a/1/1', 'b/0/1']);
    expect(await keys(replicas)).toEqual(['a/0/1', 'a/1/1']);
  });
});
