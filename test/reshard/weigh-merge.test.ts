import { describe, expect, it } from 'vitest';
import type { OpenShard } from '../../lib/reshard/candidate.ts';
import { weighMerge } from '../../lib/reshard/weigh-merge.ts';
import { operationOf, requestOf, running } from './requests.ts';

/** Shards of one unit side by side, each 300 ms of work for a start of 300 ms. */
function waiting(count: number, changes: Partial<OpenShard> = {}): readonly OpenShard[] {
  return Array.from({ length: count }, (_, at) => ({
    ...running(`op/${at}`, 300, { state: 'waiting', start: at, end: at + 1, cursor: at }),
    mergeable: { root: `op/${at}`, memoryTierMiB: 1_769, memoryUpperMiB: 100 },
    ...changes,
  }));
}

function weighed(shards: readonly OpenShard[], changes: Parameters<typeof operationOf>[1] = {}) {
  const operation = operationOf(shards, { mergesIndexes: true, ...changes });
  return weighMerge(operation, requestOf([operation], { slotCount: 2, slotMax: 2 }));
}

describe('weighMerge', () => {
  it('merges small neighbours as far as memory allows, and says what that saves', () => {
    const merge = weighed(waiting(200));
    expect(merge?.merges?.[0]).toEqual(Array.from({ length: 15 }, (_, at) => `op/${at}`));
    expect(merge).toMatchObject({ change: 'merge', churnMs: 0, worth: true });
    const gone = (merge?.merges ?? []).reduce((sum, group) => sum + group.length - 1, 0);
    expect(gone).toBe(64);
    // each start that is saved is shared by two slots
    expect(merge?.savedMs).toBeCloseTo((gone * 300) / 2, -3);
    expect(merge?.costUsd).toBeCloseTo(gone * 7 * 0.625e-6, 12);
  });

  it('leaves each slot four parts', () => {
    const merge = weighed(waiting(16));
    expect(merge?.merges).toHaveLength(8);
    expect(weighed(waiting(8))).toBeUndefined();
  });

  it('merges no shard that is large, no neighbour or not to be merged, and indexes only where it may', () => {
    expect(weighed(waiting(40, { remainingMs: 600 }))).toBeUndefined();
    expect(weighed(waiting(40).filter((_, at) => at % 2 === 0))).toBeUndefined();
    expect(weighed(waiting(40).map(({ mergeable: _mergeable, ...shard }) => shard))).toBeUndefined();
    expect(weighed(waiting(40), { mergesIndexes: false })).toBeUndefined();
    const mergeable = { root: 'op/0', memoryTierMiB: 1_769, memoryUpperMiB: 100 };
    expect(weighed(waiting(40, { mergeable }), { mergesIndexes: false })?.merges?.length).toBeGreaterThan(0);
    expect(weighed(waiting(40, { mergeable: { ...mergeable, memoryUpperMiB: 800 } }))).toBeUndefined();
  });
});
