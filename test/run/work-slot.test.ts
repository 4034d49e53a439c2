import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { readAttempts } from '../../lib/run/attempt-store.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { OutputManifest } from '../../lib/run/input/output-manifest.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { releaseShard } from '../../lib/run/release-shard.ts';
import { runKey } from '../../lib/run/run-record.ts';
import { shardKey } from '../../lib/run/shard-record.ts';
import { readSlots, writeSlot } from '../../lib/run/slot-store.ts';
import type { JudgeFailure } from '../../lib/run/work-scope.ts';
import { type Invocation, workSlot } from '../../lib/run/work-slot.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { type StoredOperation, type StoredRunOptions, storedRun } from '../fixtures/stored-run.ts';
import { CLAIM, finishClaimed, readShard } from './run-fixture.ts';

const TIERS = { small: 1_769, middle: 3_538, large: 7_076 };

const pass = defineTask<unknown, number>({
  name: 'pass',
  async run({ input, write, sleep }) {
    for await (const { records } of input) for (const record of records) write(record);
    await sleep(100);
  },
});

const ranges = (count: number) => Array.from({ length: count }, (_, index) => ({ start: index, end: index + 1 }));

interface Scene {
  readonly services: MemoryServices;
  readonly run: string;
  /** One invocation of a worker in zone az1 of the given tier. */
  work(
    options?: Partial<Invocation> & { readonly memoryMiB?: number; readonly judge?: JudgeFailure },
  ): ReturnType<typeof workSlot>;
  /** The shards that were committed, in order. */
  committed(): Promise<readonly string[]>;
}

const retry: JudgeFailure = (shard) => ({
  kind: 'retry',
  attempts: shard.attempts + 1,
  memoryTierMiB: TIERS.small,
  zone: 'az2',
});

async function scene(
  operations: readonly StoredOperation[],
  options: StoredRunOptions = {},
  services = memoryServices({ tasks: [pass] }),
): Promise<Scene> {
  const run = await storedRun(services, operations, options);
  const { clock, settings } = services;
  return {
    services,
    run,
    work({ memoryMiB = TIERS.small, judge = retry, ...invocation } = {}) {
      const slot = { run, slot: 'slot-1', pool: `${memoryMiB}-az1`, zone: 'az1', memoryMiB };
      const call = {
        owner: 'slot-1:call-1',
        cold: false,
        claimUntil: clock.now() + settings.invocationMs,
        endsAt: clock.now() + 900_000,
        ...invocation,
      };
      return clock.during(workSlot({ slot, invocation: call, judge, mayClaim: async () => true }, services));
    },
    async committed() {
      const attempts = await readAttempts(services.table, run);
      return attempts
        .filter(({ outcome }) => outcome === 'committed')
        .toSorted((a, b) => a.startedAt - b.startedAt)
        .map(({ shard }) => shard);
    },
  };
}

describe('workSlot: where a worker is', () => {
  const zoned = () =>
    memoryServices({ tasks: [pass], settings: { zones: ['az1', 'az2'], zoneIds: ['use1-az4', 'use1-az6'] } });

  it.each([
    ['use1-az4', 0],
    ['use1-az6', 1],
  ])('records that it ran in %s, with %i mismatch', async (zoneId, zoneMismatchCount) => {
    const services = zoned();
    const { work, run } = await scene([{ id: 'a', ranges: ranges(1) }], {}, services);
    await work({ zoneId });
    expect(await readAttempts(services.table, run)).toMatchObject([{ zoneId, zoneMismatchCount }]);
  });

  it('records nothing when it does not know, and no mismatch where no zone is expected', async () => {
    for (const [services, zoneId] of [
      [zoned(), undefined],
      [memoryServices({ tasks: [pass] }), 'use1-az4'],
    ] as const) {
      const { work, run } = await scene([{ id: 'a', ranges: ranges(1) }], {}, services);
      await work({ ...(zoneId !== undefined && { zoneId }) });
      const [attempt] = await readAttempts(services.table, run);
      expect(attempt?.zoneId).toBe(zoneId);
      expect(attempt).not.toHaveProperty('zoneMismatchCount');
    }
  });
});

describe('workSlot: what a worker takes', () => {
  it('takes the lowest rank first', async () => {
    const ranks = ['3', '1', '2', '4'];
    const place: StoredRunOptions['place'] = ({ index }) => ({ rank: ranks[index] ?? '' });
    const { work, committed } = await scene([{ id: 'a', ranges: ranges(4) }], { place });
    await work();
    expect(await committed()).toEqual(['a/1', 'a/2', 'a/0', 'a/3']);
  });

  it('takes what is planned for its zone first, then what is planned for others', async () => {
    const place: StoredRunOptions['place'] = ({ index }) => ({ rank: `${index}`, zone: index < 2 ? 'az2' : 'az1' });
    const { work, committed } = await scene([{ id: 'a', ranges: ranges(4) }], { place });
    await work();
    expect(await committed()).toEqual(['a/2', 'a/3', 'a/0', 'a/1']);
  });

  it('takes its own tier first and smaller ones after it, the larger of them first, and never a larger one', async () => {
    const tiers = [TIERS.large, TIERS.small, TIERS.middle];
    const place: StoredRunOptions['place'] = ({ index }) => ({ rank: `${index}`, memoryTierMiB: tiers[index] ?? 0 });
    const { work, committed, services, run } = await scene([{ id: 'a', ranges: ranges(3) }], { place });
    expect(await work({ memoryMiB: TIERS.middle })).toMatchObject({ outcome: 'idle' });
    expect(await committed()).toEqual(['a/2', 'a/1']);
    expect((await readShard(services.table, run, 'a/0')).state).toBe('READY');
  });

  it('goes on with what its own commits make ready', async () => {
    const { work, committed } = await scene([
      { id: 'b', ranges: ranges(2), after: [{ operation: 'a', edge: 'wide' }], unit: 'partition' },
      { id: 'a', ranges: ranges(2), outputPartitions: 2 },
    ]);
    await work();
    expect(await committed()).toEqual(['a/0', 'a/1', 'b/0', 'b/1']);
  });
});

describe('workSlot: when a worker stops', () => {
  it('is idle after it has waited for work as long as it may, and says when to look again', async () => {
    const { work, services } = await scene([{ id: 'a', ranges: ranges(1) }]);
    const { outcome, checkAt } = await work();
    const { lingerMs } = services.settings;
    // the shard's 100 ms, then the whole patience
    expect(services.clock.now()).toBe(100 + lingerMs);
    expect({ outcome, at: Date.parse(checkAt) }).toEqual({ outcome: 'idle', at: services.clock.now() + lingerMs / 5 });
  });

  it('takes what becomes ready while it waits', async () => {
    const { work, services, run, committed } = await scene([{ id: 'a', ranges: ranges(2) }]);
    const claim = await claimShard(services.table, await readShard(services.table, run, 'a/0'), {
      owner: 'slot-2:b',
      now: 0,
      ...CLAIM,
    });
    const later = (async () => {
      await services.clock.sleep(1_000);
      if (claim.claimed) {
        const verdict = retry(claim.shard, { name: 'X', message: '' });
        await releaseShard(services.table, claim.shard, { verdict, now: 1_000 });
      }
    })();
    await work();
    await later;
    expect(await committed()).toEqual(['a/1', 'a/0']);
    // found at the look at 1,100, done at 1,200, and then its whole patience again
    expect(services.clock.now()).toBe(1_200 + services.settings.lingerMs);
  });

  it('ends the invocation when a store is away, its shard free: the slot waits before it tries again', async () => {
    const services = memoryServices({ tasks: [pass] });
    const put = async () => {
      throw new ForeshardError('StoreUnavailable', 'there is no room on the disk');
    };
    const { work, run } = await scene([{ id: 'a', ranges: ranges(3) }], {}, services);
    const stored = services.objects.put;
    Object.assign(services.objects, { put });
    await expect(work()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    Object.assign(services.objects, { put: stored });
    const shards = await collect(readShards(services.table, run));
    expect(shards.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['READY', 1],
      ['READY', 0],
      ['READY', 0],
    ]);
    expect(await readAttempts(services.table, run)).toMatchObject([{ outcome: 'failed', error: 'StoreUnavailable' }]);
  });

  it('is done when the run has ended, and its slot with it', async () => {
    const { work, services, run } = await scene([{ id: 'a', ranges: ranges(1) }]);
    await writeSlot(services.table, slotRecord(run, 900_000));
    await work({ endsAt: 50 });
    await services.table.update(runKey(run), { set: { state: 'ENDED' } });
    expect(await work()).toMatchObject({ outcome: 'done' });
    expect(await readSlots(services.table, run)).toMatchObject([{ slot: 'slot-1', status: 'ENDED' }]);
  });

  it('is done when its grant is over, but only once nothing is ready', async () => {
    const { work, services, run, committed } = await scene([{ id: 'a', ranges: ranges(3) }]);
    await writeSlot(services.table, slotRecord(run, 50));
    expect(await work()).toMatchObject({ outcome: 'done' });
    expect(await committed()).toHaveLength(3);
  });

  it('asks for another call when its time runs low, and claims nothing then', async () => {
    const { work, committed } = await scene([{ id: 'a', ranges: ranges(5) }]);
    expect(await work({ claimUntil: 250, endsAt: 650 })).toMatchObject({ outcome: 'more' });
    // at 300 ms it is late, and the fourth could take four times 100 ms
    expect(await committed()).toHaveLength(3);
  });

  it('claims late what surely ends with its call, but nothing that has failed or that it does not know', async () => {
    const { work, committed } = await scene([{ id: 'a', ranges: ranges(5) }]);
    expect(await work({ claimUntil: 0 })).toMatchObject({ outcome: 'more' });
    expect(await work({ claimUntil: 50, endsAt: 701 })).toMatchObject({ outcome: 'more' });
    expect(await committed()).toHaveLength(4);
    const failed = await scene([{ id: 'a', ranges: ranges(2) }]);
    const shard = await readShard(failed.services.table, failed.run, 'a/1');
    await failed.services.table.update(shardKey(failed.run, shard.shard), { set: { attempts: 1 } });
    expect(await failed.work({ claimUntil: 50 })).toMatchObject({ outcome: 'more' });
    expect(await failed.committed()).toEqual(['a/0']);
  });

  it('gives a shard back unjudged that its call has no time for any more', async () => {
    const slow = defineTask({ name: 'pass', run: () => new Promise(() => {}) });
    const { work, services, run } = await scene([{ id: 'a' }], {}, memoryServices({ tasks: [slow] }));
    await work({ endsAt: 5_000, judge: () => ({ kind: 'poison', attempts: 1 }) });
    expect(await readShard(services.table, run, 'a/0')).toMatchObject({ error: { name: 'WorkerDied' } });
  });

  it('takes a quarter of a second of the next shard with its claim, at the pace of the one before', async () => {
    const hundred = (index: number) => ({ start: 100 * index, end: 100 * (index + 1) });
    const { work, services, run } = await scene([{ id: 'a', ranges: [hundred(0), hundred(1)] }]);
    const claims: unknown[] = [];
    const { update } = services.table;
    Object.assign(services.table, {
      update: (...call: Parameters<typeof update>) => {
        if (call[1].set?.state === 'RUNNING') claims.push(call[1].set.cursor);
        return update(...call);
      },
    });
    await work();
    // the first: 100 units in the task's 100 ms
    expect(claims).toEqual([0, 200]);
    expect((await readShard(services.table, run, 'a/1')).state).toBe('DONE');
  });
});

function slotRecord(run: string, until: number) {
  const place = { pool: '1769-az1', zone: 'az1', memoryTierMiB: TIERS.small };
  return { run, slot: 'slot-1', ...place, startedAt: 0, until, status: 'STARTED' as const };
}

describe('workSlot: how an attempt ends', () => {
  const failing = (thrown: () => unknown) =>
    defineTask<unknown, number>({
      name: 'pass',
      async run() {
        throw thrown();
      },
    });

  it('asks the judge about a failed attempt and does as it says', async () => {
    const asked: unknown[] = [];
    const services = memoryServices({ tasks: [failing(() => new RangeError('cannot bear 7'))] });
    const { work, run } = await scene([{ id: 'a' }], {}, services);
    await work({
      judge(shard, error) {
        asked.push([shard.shard, error]);
        return { kind: 'poison', attempts: 1 };
      },
    });
    const error = {
      name: 'RangeError',
      message: expect.stringMatching(/^cannot bear 7 \(at \/.*work-slot\.test\.ts:\d+:\d+\)$/),
    };
    expect(asked).toEqual([['a/0', error]]);
    expect(await readShard(services.table, run, 'a/0')).toMatchObject({
      state: 'POISONED',
      attempts: 1,
      error,
    });
    expect(await readAttempts(services.table, run)).toMatchObject([
      { outcome: 'failed', error: 'RangeError', epoch: 1 },
    ]);
  });

  it('tries a shard again in a new epoch when the judge says so', async () => {
    let tries = 0;
    const flaky = defineTask<unknown, number>({
      name: 'pass',
      async run({ shard, write }) {
        tries += 1;
        if (tries < 3) throw new Error('not yet');
        write(shard.attempt);
      },
    });
    const services = memoryServices({ tasks: [flaky] });
    const { work, run } = await scene([{ id: 'a' }], {}, services);
    await work();
    const record = await readShard(services.table, run, 'a/0');
    expect(record).toMatchObject({ state: 'DONE', epoch: 3, attempts: 2, zone: 'az2' });
    const { location } = OutputManifest.parse(record.output);
    // the task sees the number of its attempt
    expect(new TextDecoder().decode(await services.objects.get(location))).toBe('3\n');
  });

  it('writes no object for an output without records, and the next operation reads none', async () => {
    const none = defineTask<unknown, number>({ name: 'pass', run: async () => undefined });
    const services = memoryServices({ tasks: [none] });
    const { work, committed, run } = await scene(
      [
        { id: 'a', ranges: ranges(1), outputPartitions: 2 },
        { id: 'b', ranges: ranges(2), after: [{ operation: 'a', edge: 'wide' }], unit: 'partition' },
      ],
      {},
      services,
    );
    await work();
    expect(await committed()).toEqual(['a/0', 'b/0', 'b/1']);
    const { location, sizeBytes } = OutputManifest.parse((await readShard(services.table, run, 'a/0')).output);
    expect(sizeBytes).toBe(0);
    expect(await services.objects.info(location)).toBeUndefined();
  });

  it('removes its output when another attempt was first, and leaves the other one alone', async () => {
    const services = memoryServices({ tasks: [pass] });
    const rival = 'runs/rival';
    await services.objects.put(rival, new TextEncoder().encode('theirs'));
    const run = await storedRun(services, [{ id: 'a', ranges: ranges(1) }]);
    // the rival takes the shard over and commits it between this attempt's output and its commit
    const put = services.objects.put.bind(services.objects);
    const racing: MemoryServices = {
      ...services,
      objects: {
        ...services.objects,
        async put(location, body, options) {
          const stored = await put(location, body, options);
          const shard = await readShard(services.table, run, 'a/0');
          const claim = await claimShard(services.table, shard, { owner: 'slot-2:b', now: 999_000, ...CLAIM });
          if (claim.claimed) await finishClaimed(services.table, claim.lease, 1);
          return stored;
        },
      },
    };
    const slot = { run, slot: 'slot-1', pool: '1769-az1', zone: 'az1', memoryMiB: TIERS.small };
    const invocation = { owner: 'slot-1:call-1', cold: false, claimUntil: 50_000, endsAt: 900_000 };
    await services.clock.during(workSlot({ slot, invocation, judge: retry, mayClaim: async () => true }, racing));
    expect((await readShard(services.table, run, 'a/0')).output).toEqual({ by: 'slot-2:b' });
    expect(await services.objects.info(`runs/${run}/outputs/a/0/1`)).toBeUndefined();
    expect(await services.objects.info(rival)).toBeDefined();
    expect(await readAttempts(services.table, run)).toMatchObject([{ outcome: 'lost' }]);
  });

  it('writes nothing for an attempt whose lease was lost, and gives no shard back that is not its own', async () => {
    const slow = defineTask<unknown, number>({ name: 'pass', run: ({ sleep }) => sleep(600_000) });
    const services = memoryServices({ tasks: [slow] });
    const { work, run } = await scene([{ id: 'a', ranges: ranges(1) }], {}, services);
    const rival = (async () => {
      await services.clock.sleep(1_000);
      const shard = await readShard(services.table, run, 'a/0');
      await claimShard(services.table, shard, { owner: 'slot-2:b', now: 999_000, ...CLAIM });
    })();
    await work({ claimUntil: 500 });
    await rival;
    expect(await readShard(services.table, run, 'a/0')).toMatchObject({
      state: 'RUNNING',
      owner: 'slot-2:b',
      epoch: 2,
    });
    expect(await services.objects.info(`runs/${run}/outputs/a/0/1`)).toBeUndefined();
    expect(await readAttempts(services.table, run)).toMatchObject([{ outcome: 'lost', error: 'LeaseLost' }]);
  });

  it('takes a shard from a task that goes on beyond its time, and calls it so whatever the task says', async () => {
    const deaf = defineTask({ name: 'pass', run: () => new Promise(() => {}) });
    const listening = defineTask({
      name: 'pass',
      run: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('I was told to stop')))),
    });
    for (const task of [deaf, listening]) {
      const services = memoryServices({ tasks: [task], settings: { shardLimitMs: 5_000 } });
      const { work, run } = await scene([{ id: 'a' }], {}, services);
      await work({ judge: () => ({ kind: 'poison', attempts: 1 }) });
      expect(await readShard(services.table, run, 'a/0')).toMatchObject({ error: { name: 'ShardTimedOut' } });
      expect((await readAttempts(services.table, run))[0]).toMatchObject({ durationMs: 5_000, error: 'ShardTimedOut' });
    }
  });
});

describe('workSlot: what is told of an attempt', () => {
  it('is stored and emitted once for every attempt, with what it read, wrote and took', async () => {
    const { work, services, run } = await scene([{ id: 'a', ranges: [{ start: 0, end: 30 }] }]);
    await services.clock.pass(70);
    await work({ cold: true });
    const attempts = await readAttempts(services.table, run);
    expect(attempts).toMatchObject([
      {
        shard: 'a/0',
        type: 'a@1',
        slot: 'slot-1',
        zone: 'az1',
        startedAt: 70,
        startDelayMs: 70,
        durationMs: 100,
        recordsIn: 30,
        recordsOut: 30,
        // ten numbers of one digit and twenty of two, each with its line end
        bytesOut: 10 * 2 + 20 * 3,
        networkBytes: 10 * 2 + 20 * 3,
        cold: true,
        context: { region: 'test' },
      },
    ]);
    // the emitted one has a metric for each outside factor as well
    const factors = { 'context.region=test': 1 };
    const told = attempts.map((attempt) => ({ ...attempt, ...factors }));
    expect(services.emitted.map(({ _aws, ...attempt }) => attempt)).toEqual(told);
  });

  it('tells the most memory that was seen, also in the middle of the input', async () => {
    const services = memoryServices({ tasks: [pass] });
    let looks = 0;
    const memoryMiB = () => {
      looks += 1;
      return looks > 1 && services.clock.now() < 100 ? 700 : 100;
    };
    const { work, run } = await scene([{ id: 'a' }], {}, { ...services, meter: { cpuMs: () => 0, memoryMiB } });
    await work();
    expect((await readAttempts(services.table, run))[0]?.peakMemoryMiB).toBe(700);
  });

  it('is cold only for the first shard of a cold call', async () => {
    const { work, services, run } = await scene([{ id: 'a', ranges: ranges(3) }]);
    await work({ cold: true });
    const attempts = await readAttempts(services.table, run);
    expect(attempts.map(({ cold }) => cold)).toEqual([true, false, false]);
  });

  it('loses no telemetry in a long call', async () => {
    const { work, services, run } = await scene([{ id: 'a', ranges: ranges(60) }]);
    await work();
    expect(await readAttempts(services.table, run)).toHaveLength(60);
  });
});
