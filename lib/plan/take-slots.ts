import type { RunId } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { expireHolds, grantSlots, releaseSlots } from './grant-slots.ts';
import type { SlotGrant } from './plan.ts';
import { heldAt, mostHeld, type PoolLedger, type SlotHold } from './pool-ledger.ts';
import { besideFirstComers, type Turn } from './slot-turns.ts';

/** A hold outlives its grant by this much: a run that is late is not robbed of its slots before it plans again. */
export const HOLD_MARGIN_MS: DurationMs = 600_000;

export interface SlotsAsked {
  readonly turn: Turn;
  /** All of one pool. */
  readonly asked: readonly SlotGrant[];
  /** What the ledger said when the plan was made; see `PlanToStore`. */
  readonly seen: PoolLedger | undefined;
  readonly now: EpochMs;
}

export interface TakenSlots {
  readonly grants: readonly SlotGrant[];
  /** When the first of the slots that were refused comes free, at infinity for none. */
  readonly freeAt: EpochMs;
  /** Others hold something else than was seen, and what is asked does not fit any more: nothing was taken. */
  readonly overtaken: boolean;
}

/**
 * Gives back what a run held of a pool before, then takes as much as there is of what it wants now.
 *
 * What those need who wait for the pool and whose turn is before the run's is not there for it; but what it held already
 * it keeps, for as long as it held it: nothing is taken from who works, and whoever waits gets its slots when the holds
 * of now have ended, at the latest.
 *
 * @returns no ledger when there is nothing to write
 */
export function takeSlots(before: PoolLedger, request: SlotsAsked): { ledger?: PoolLedger; answer: TakenSlots } {
  const { turn, asked, seen, now } = request;
  if (asked.length === 0 && !isNamed(before, turn.run)) {
    return { answer: { grants: [], freeAt: Number.POSITIVE_INFINITY, overtaken: false } };
  }
  const taking = begin(before, request);
  for (const grant of asked) {
    const leftCount = grant.slotCount - takeFree(taking, grant);
    if (leftCount > 0) keepHeld(taking, { ...grant, slotCount: leftCount });
  }
  const { ledger, grants, freeAt } = taking;
  if (
    seen &&
    slotsOf(grants) !== slotsOf(asked) &&
    othersHold(before, turn.run, now) !== othersHold(seen, turn.run, now)
  )
    return { answer: { grants: [], freeAt, overtaken: true } };
  return { ledger, answer: { grants, freeAt, overtaken: false } };
}

function isNamed({ holds, waits = [] }: PoolLedger, run: RunId): boolean {
  return [...holds, ...waits].some((one) => one.run === run);
}

interface Taking {
  readonly turn: Turn;
  readonly now: EpochMs;
  /** What the run held before. */
  readonly held: PoolLedger;
  readonly grants: SlotGrant[];
  ledger: PoolLedger;
  freeAt: EpochMs;
}

function begin(before: PoolLedger, { turn, now }: SlotsAsked): Taking {
  const there = expireHolds(before, now);
  const held = { ...there, holds: there.holds.filter(({ run }) => run === turn.run) };
  return { turn, now, held, grants: [], ledger: releaseSlots(there, turn.run), freeAt: Number.POSITIVE_INFINITY };
}

/** @returns how many it took */
function takeFree(taking: Taking, grant: SlotGrant): number {
  const hold = holdFor(taking.turn.run, grant, grant.until + HOLD_MARGIN_MS);
  const outcome = grantSlots(besideFirstComers(taking.ledger, taking.turn, { now: taking.now, taking: true }), hold);
  const slotCount = outcome.granted ? grant.slotCount : outcome.freeSlotCount;
  if (!outcome.granted) taking.freeAt = Math.min(taking.freeAt, outcome.freeAt ?? taking.freeAt);
  if (slotCount > 0) take(taking, { ...grant, slotCount }, { ...hold, slotCount });
  return slotCount;
}

/** As much as it held before and has not taken yet, until that hold ended. */
function keepHeld(taking: Taking, grant: SlotGrant): void {
  const { turn, held, now } = taking;
  let leftCount = grant.slotCount;
  for (const { until } of held.holds.toSorted((a, b) => b.until - a.until)) {
    const from = Math.max(grant.from, now);
    const end = Math.min(grant.until + HOLD_MARGIN_MS, until);
    if (leftCount === 0 || end <= from) continue;
    const own = { ...taking.ledger, holds: taking.ledger.holds.filter(({ run }) => run === turn.run) };
    const slotCount = Math.min(leftCount, leastHeld(held, from, end) - mostHeld(own, from, end));
    if (slotCount <= 0) continue;
    const kept = { ...grant, slotCount, from, until: Math.min(grant.until, end) };
    take(taking, kept, { ...holdFor(turn.run, kept, end), slotCount });
    leftCount -= slotCount;
  }
}

function take(taking: Taking, grant: SlotGrant, hold: SlotHold): void {
  taking.ledger = { ...taking.ledger, holds: [...taking.ledger.holds, hold] };
  taking.grants.push(grant);
}

function holdFor(run: RunId, { slotCount, from, until: plannedUntil }: SlotGrant, until: EpochMs): SlotHold {
  return { run, slotCount, from, until, plannedUntil, guaranteed: false };
}

/** The fewest slots that are held at any moment of [from, until): their number falls where a hold ends. */
function leastHeld(ledger: PoolLedger, from: EpochMs, until: EpochMs): number {
  const moments = [from, ...ledger.holds.map((hold) => hold.until).filter((at) => at > from && at < until)];
  return moments.reduce((least, at) => Math.min(least, heldAt(ledger, at)), Number.POSITIVE_INFINITY);
}

function slotsOf(grants: readonly SlotGrant[]): number {
  return grants.reduce((sum, { slotCount }) => sum + slotCount, 0);
}

/** As a text that is the same exactly when what others hold and wait for is. */
function othersHold({ holds, waits = [] }: PoolLedger, run: RunId, now: EpochMs): string {
  const others = holds.filter((hold) => hold.run !== run && hold.until > now);
  const waiting = waits.filter((wait) => wait.run !== run && wait.until > now);
  return JSON.stringify([
    others.map((hold) => [hold.run, hold.slotCount, hold.from, hold.until]),
    waiting.map((wait) => [wait.run, wait.slotCount, wait.turnAt]),
  ]);
}
