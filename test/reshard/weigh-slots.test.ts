import { describe, expect, it } from 'vitest';
import { decideReshard } from '../../lib/reshard/decide-reshard.ts';
import { ownVcpu } from '../../lib/reshard/own-vcpu.ts';
import type { SlotOption, SlotOutlook } from '../../lib/reshard/slot-options.ts';
import { weighSlots } from '../../lib/reshard/weigh-slots.ts';
import { operationOf, requestOf, running } from './requests.ts';

const NOW = 100_000;

function option(vcpuMax: number, endsInMs: number, changes: Partial<SlotOption> = {}): SlotOption {
  const rest = { lateChance: 0.5, idleUsd: 0, startCount: 0, surplus: [] };
  return { vcpuMax, peakCount: vcpuMax, endAt: NOW + endsInMs, ...rest, ...changes };
}

function outlook(kept: SlotOption, others: readonly SlotOption[], held: Partial<SlotOutlook['held']> = {}) {
  return { held: { slotCount: kept.peakCount, idleUsd: 0, startCount: 0, ...held }, kept, others };
}

const asked = (slots: SlotOutlook, changes: Parameters<typeof requestOf>[1] = {}) =>
  requestOf([], { slots, ...changes });

describe('weighSlots', () => {
  it('adds slots for an earlier end, and pays for their start and their states', () => {
    const slots = outlook(option(2, 60_000), [option(4, 30_000, { startCount: 2 })]);
    const [more] = weighSlots(asked(slots));
    expect(more).toMatchObject({ change: 'add-slots', savedMs: 30_000, worth: true, churnMs: 1_200 });
    // half a chance of being late, at 1e-6 USD for a millisecond
    expect(more?.gainUsd).toBeCloseTo(0.5 * 1e-6 * 30_000, 12);
    // two starts of 600 ms at 3e-8 USD, and twelve states at 25e-6 USD
    expect(more?.costUsd).toBeCloseTo(2 * 600 * 3e-8 + 12 * 25e-6, 12);
    expect(more?.slots).toEqual({ from: 2, to: 4, vcpuMax: 4, dropped: [] });
  });

  it('takes the number of slots that pays most', () => {
    const slots = outlook(option(2, 60_000), [
      option(3, 40_000, { startCount: 1 }),
      option(8, 15_000, { startCount: 6 }),
      option(60, 14_900, { startCount: 58 }),
    ]);
    expect(weighSlots(asked(slots))[0]?.slots?.to).toBe(8);
  });

  it('adds none where the run is in time, or ends earlier by less than an end is known to', () => {
    const more = option(4, 30_000, { startCount: 2 });
    expect(weighSlots(asked(outlook(option(2, 60_000, { lateChance: 0 }), [more])))[0]?.worth).toBe(false);
    expect(weighSlots(asked(outlook(option(2, 31_000), [more]), { latenessUsdPerMs: 1 }))[0]?.worth).toBe(false);
  });

  it('drops slots without work when they cost more than to start them again', () => {
    const kept = option(4, 60_000, { surplus: ['s-2', 's-3'], startCount: 2 });
    const [fewer] = weighSlots(asked(outlook(kept, [], { idleUsd: 0.002 })));
    expect(fewer).toMatchObject({ change: 'drop-slots', worth: true, churnMs: 0, what: '2 of 4 slots' });
    expect(fewer?.slots).toEqual({ from: 4, to: 2, vcpuMax: 4, dropped: ['s-2', 's-3'] });
    expect(fewer?.gainUsd).toBeCloseTo(0.002, 12);
    expect(weighSlots(asked(outlook(kept, [], { idleUsd: 0.0003 })))[0]?.worth).toBe(false);
    // those that are kept need no start either
    expect(weighSlots(asked(outlook(kept, [], { idleUsd: 0.0003, startCount: 2 })))[0]?.worth).toBe(true);
  });

  it('drops none where the run would end later by more than an end is known to, or lateness costs more', () => {
    const kept = option(4, 60_000);
    const fewer = (endsInMs: number, lateChance = 0) => option(2, endsInMs, { surplus: ['s-0', 's-1'], lateChance });
    const worth = (one: SlotOption) => weighSlots(asked(outlook(kept, [one], { idleUsd: 0.001 })))[0]?.worth;
    expect(worth(fewer(62_999))).toBe(true);
    expect(worth(fewer(63_001))).toBe(false);
    expect(worth(fewer(62_999, 1))).toBe(false);
  });
});

describe('decideReshard', () => {
  const slots = outlook(option(2, 60_000), [option(4, 30_000, { startCount: 2 })]);

  it('says how many slots are added to how many, what for and for how much', () => {
    const [decision] = decideReshard(asked(slots));
    expect(decision).toMatchObject({ at: NOW, change: 'add-slots', taken: true, slots: { to: 4 } });
    expect(decision?.operation).toBeUndefined();
    expect(decision?.reason).toBe('add 2 slots to 2: -30.0 s, +0.000336 USD');
  });

  it('leaves the slots alone where shards are changed, and within two starts of the last change', () => {
    const slow = running('op/0', 60_000, { start: 0, end: 100, cursor: 1 });
    const cut = decideReshard(requestOf([operationOf([slow])], { slots }));
    expect(cut.filter(({ taken }) => taken).map(({ change }) => change)).toEqual(['split-running']);
    expect(cut.some(({ change }) => change === 'add-slots')).toBe(false);
    const earlier = decideReshard(asked(slots));
    expect(decideReshard(asked(slots, { earlier, now: NOW + 1_199 }))).toEqual([]);
    expect(decideReshard(asked(slots, { earlier, now: NOW + 1_200 }))).toHaveLength(1);
  });

  it('adds no more than the churn of a minute', () => {
    const many = outlook(option(2, 60_000), [option(400, 30_000, { startCount: 398 })]);
    const [decision] = decideReshard(asked(many, { latenessUsdPerMs: 1, slotMax: 10 }));
    expect(decision).toMatchObject({ taken: false, reason: expect.stringContaining('the churn is spent') });
  });
});

describe('ownVcpu', () => {
  const slots = outlook(option(2, 60_000), [option(4, 30_000, { startCount: 2 })]);

  it('is what was decided on, else what the run has', () => {
    const request = asked(slots);
    expect(ownVcpu(request, decideReshard(request), 1_769)).toBe(4);
    expect(ownVcpu(request, [], 1_769)).toBe(2);
    expect(ownVcpu(requestOf([]), [], 1_769)).toBeUndefined();
  });

  it('has a slot for each part that was cut off, as far as the ledger has room', () => {
    const slow = running('op/0', 60_000, { start: 0, end: 100, cursor: 1 });
    const request = requestOf([operationOf([slow])], { slots });
    const decisions = decideReshard(request);
    const tailCount = decisions.find(({ taken }) => taken)?.cutsAt?.length ?? 0;
    expect(tailCount).toBeGreaterThan(2);
    expect(ownVcpu(request, decisions, 1_769)).toBe(1 + tailCount);
    expect(ownVcpu({ ...request, slotMax: 3 }, decisions, 1_769)).toBe(3);
    expect(ownVcpu(request, decisions, 3_538)).toBe(2 * (1 + tailCount));
  });

  it('has as many slots of the tier to which a type moves', () => {
    const request = requestOf([operationOf([running('op/0', 1), running('op/1', 1), running('op/2', 1)])], { slots });
    const rest = { at: 0, gainUsd: 1, costUsd: 0, savedMs: 0, taken: true, reason: '' };
    const move = { ...rest, change: 'tier-up', operation: 'op', tier: { type: 't', memoryMiB: 3_538 } };
    expect(ownVcpu(request, [move], 1_769)).toBe(6);
  });
});
