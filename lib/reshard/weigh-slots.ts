import type { DurationMs } from '../core/quantity.ts';
import { COUNTED_USE } from '../plan/counted-use.ts';
import { PRICES } from '../plan/price.ts';
import { type Candidate, netUsd, type ReshardRequest } from './candidate.ts';
import { reshardValue } from './reshard-value.ts';
import { endErrorMs, type SlotOption, type SlotOutlook } from './slot-options.ts';

/**
 * Weighs more slots and fewer against those that the run has, each by a plan of all that is left: when the workflow ends
 * then, which slots have to start, and how long slots are there without work. More must let it end earlier by more than
 * such an end is known to, fewer may let it end later by no more than that.
 *
 * @returns of both the best one, where there is one
 */
export function weighSlots(request: ReshardRequest): readonly Candidate[] {
  const { slots } = request;
  if (!slots) return [];
  const more = slots.others.filter((option) => option.vcpuMax > slots.kept.vcpuMax);
  const fewer = [slots.kept, ...slots.others].filter((option) => option.vcpuMax <= slots.kept.vcpuMax);
  const added = more.filter(({ peakCount }) => peakCount > slots.kept.peakCount);
  const dropped = fewer.filter(({ surplus }) => surplus.length > 0);
  return [
    ...best(added.map((option) => weighMore(option, slots, request))),
    ...best(dropped.map((option) => weighFewer(option, slots, request))),
  ];
}

/** A candidate that is worth it goes before all that are not. */
function best([first, ...others]: readonly Candidate[]): readonly Candidate[] {
  if (!first) return [];
  const beats = (a: Candidate, b: Candidate) => (a.worth === b.worth ? netUsd(a) > netUsd(b) : a.worth);
  return [others.reduce((chosen, one) => (beats(one, chosen) ? one : chosen), first)];
}

function weighMore(option: SlotOption, { held, kept }: SlotOutlook, request: ReshardRequest): Candidate {
  const savedMs = kept.endAt - option.endAt;
  const startCount = Math.max(0, option.startCount - kept.startCount);
  const value = slotValue(
    { savedMs, startCount, idleSavedUsd: kept.idleUsd - option.idleUsd, lateChance: kept.lateChance },
    request,
  );
  const [from, to] = [Math.max(held.slotCount, kept.peakCount), option.peakCount];
  return {
    change: 'add-slots',
    shards: [],
    slots: { from, to, vcpuMax: option.vcpuMax, dropped: [] },
    savedMs,
    ...value,
    churnMs: startCount * request.startDelayMs,
    worth: to > from && savedMs > errorMs(kept, request) && netUsd(value) > 0,
    what: `${to - from} slots to ${from}`,
  };
}

/** Whoever has no work soon ends; what it would have cost until its grant ends is the gain, and starting it again the cost. */
function weighFewer(option: SlotOption, { held, kept }: SlotOutlook, request: ReshardRequest): Candidate {
  const savedMs = Math.min(0, kept.endAt - option.endAt);
  const startCount = Math.max(0, option.startCount - held.startCount);
  const value = slotValue(
    { savedMs, startCount, idleSavedUsd: held.idleUsd - option.idleUsd, lateChance: option.lateChance },
    request,
  );
  const count = option.surplus.length;
  return {
    change: 'drop-slots',
    shards: [],
    slots: {
      from: held.slotCount,
      to: held.slotCount - count,
      vcpuMax: option.vcpuMax,
      dropped: option.surplus,
    },
    savedMs,
    ...value,
    churnMs: 0,
    worth: -savedMs <= errorMs(kept, request) && netUsd(value) > 0,
    what: `${count} of ${held.slotCount} slots`,
  };
}

function errorMs({ endAt }: SlotOption, { now, startDelayMs }: ReshardRequest): DurationMs {
  return endErrorMs(endAt - now, startDelayMs);
}

interface SlotEffect {
  readonly savedMs: number;
  readonly startCount: number;
  /** Below 0 when more slots are there without work. */
  readonly idleSavedUsd: number;
  readonly lateChance: number;
}

/** As of every change, and the states that the machine of a slot goes through. */
function slotValue(
  { savedMs, startCount, idleSavedUsd, lateChance }: SlotEffect,
  request: ReshardRequest,
): Pick<Candidate, 'gainUsd' | 'costUsd'> {
  const { startDelayMs, slotUsdPerMs } = request;
  const idleSavedMs = idleSavedUsd / slotUsdPerMs;
  const { gainUsd, costUsd } = reshardValue(
    {
      savedMs,
      idleSavedMs: Math.max(0, idleSavedMs),
      newShardCount: startCount,
      overheadMs: startDelayMs,
      lostWorkMs: Math.max(0, -idleSavedMs),
      fanInRequests: 0,
    },
    { ...request, lateChance },
  );
  const startUsd = COUNTED_USE.transitionsPerSlot * PRICES.stepFunctionsTransition;
  return { gainUsd, costUsd: costUsd + startCount * startUsd };
}
