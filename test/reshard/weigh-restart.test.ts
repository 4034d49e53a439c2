import { describe, expect, it } from 'vitest';
import { weighRestart } from '../../lib/reshard/weigh-restart.ts';
import { operationOf, requestOf, running } from './requests.ts';

const full = { slotCount: 2, slotMax: 2 };

describe('weighRestart', () => {
  it('begins a shard again that needs more than two fresh runs, when no slot is idle', () => {
    const weigh = (remainingMs: number, slots = full) => {
      const operation = operationOf([running('op/0', 9_000), running('op/1', remainingMs)]);
      return weighRestart(operation, requestOf([operation], slots));
    };
    expect(weigh(20_600)).toBeUndefined();
    // 60 s become 10.3 s: half of the difference is believed, and the 10 s so far are lost
    expect(weigh(60_000)).toMatchObject({ change: 'restart', shards: ['op/1'], savedMs: 24_850, churnMs: 10_300 });
    expect(weigh(60_000, { slotCount: 3, slotMax: 3 })).toBeUndefined();
  });

  it('leaves alone what has no attempt to spare, or a copy beside it', () => {
    for (const changes of [{ lastAttempt: true }, { copyRestMs: 0 }]) {
      const operation = operationOf([running('op/0', 9_000), running('op/1', 60_000, changes)]);
      expect(weighRestart(operation, requestOf([operation], full))).toBeUndefined();
    }
  });

  it('takes data that were slow in other parts for slow', () => {
    const operation = operationOf([running('op/0', 9_000), running('op/1', 60_000, { freshMs: 40_000 })]);
    expect(weighRestart(operation, requestOf([operation], full))).toBeUndefined();
  });
});
