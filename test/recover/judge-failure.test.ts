import { describe, expect, it } from 'vitest';
import { judgeFailure } from '../../lib/recover/judge-failure.ts';

const settings = { tiersMiB: [1_769, 3_538, 7_076], zones: ['az1', 'az2', 'az3'], attemptMax: 3 };
const shard = { attempts: 0, memoryTierMiB: 1_769, zone: 'az1' };
const failure = (name: string) => ({ name, message: 'why' });

describe('judgeFailure', () => {
  it.each(['OutOfMemory', 'ShardTimedOut'])('gives %s the next tier in the same zone', (name) => {
    expect(judgeFailure(shard, failure(name), settings)).toEqual({
      kind: 'retry',
      attempts: 1,
      memoryTierMiB: 3_538,
      zone: 'az1',
    });
  });

  it.each(['WorkerDied', 'StoreUnavailable', 'Throttled', 'ChecksumMismatch'])('tries %s in another zone', (name) => {
    const verdict = judgeFailure(shard, failure(name), settings);
    expect(verdict).toEqual({ kind: 'retry', attempts: 1, memoryTierMiB: 1_769, zone: 'az2' });
  });

  it.each(['TaskFailed', 'CorruptData', 'MissingObject', 'UnknownTask'])('is done with %s at once', (name) => {
    expect(judgeFailure(shard, failure(name), settings)).toEqual({ kind: 'poison', attempts: 1 });
  });

  it('goes round the zones, away from where the attempt really ran', () => {
    const zoneAfter = (zone: string) => judgeFailure(shard, { ...failure('WorkerDied'), zone }, settings);
    expect(zoneAfter('az2')).toMatchObject({ zone: 'az3' });
    expect(zoneAfter('az3')).toMatchObject({ zone: 'az1' });
    expect(judgeFailure(shard, failure('WorkerDied'), { ...settings, zones: ['az1'] })).toMatchObject({ zone: 'az1' });
    expect(
      judgeFailure({ ...shard, zone: 'regional' }, failure('WorkerDied'), { ...settings, zones: [] }),
    ).toMatchObject({
      zone: 'regional',
    });
  });

  it('leaves a zone in which nothing starts any more, also when only memory was missing', () => {
    const open = { ...settings, zones: ['az2', 'az3'] };
    expect(judgeFailure(shard, failure('OutOfMemory'), open)).toMatchObject({ memoryTierMiB: 3_538, zone: 'az2' });
  });

  it('takes a second silent death for missing memory', () => {
    expect(judgeFailure({ ...shard, attempts: 1 }, failure('WorkerDied'), settings)).toMatchObject({
      memoryTierMiB: 3_538,
    });
  });

  it('gives up after the last attempt, and on what the largest tier cannot hold', () => {
    expect(judgeFailure({ ...shard, attempts: 2 }, failure('WorkerDied'), settings)).toEqual({
      kind: 'poison',
      attempts: 3,
    });
    const largest = { ...shard, memoryTierMiB: 7_076 };
    expect(judgeFailure(largest, failure('OutOfMemory'), settings)).toEqual({ kind: 'poison', attempts: 1 });
    expect(judgeFailure(largest, failure('ShardTimedOut'), settings)).toMatchObject({ kind: 'retry', zone: 'az2' });
  });
});
