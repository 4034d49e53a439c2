import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import { mostAtOnce } from '../core/most-at-once.ts';
import type { EpochMs } from '../core/quantity.ts';

/** Slots of one pool that one run has, from a moment until another. */
export const SlotHold = z.strictObject({
  run: z.string(),
  slotCount: z.int().positive(),
  from: z.number(),
  until: z.number(),
  /** When the run is planned to give them back; `until` leaves it time to be late. */
  plannedUntil: z.number().optional(),
  /** Guaranteed slots still fit when the largest zone is lost; the others are given up then. */
  guaranteed: z.boolean(),
});
export type SlotHold = z.infer<typeof SlotHold>;

/** What a run needs of a pool that had nothing for it: kept free for it from those whose turn comes later. */
export const SlotWait = z.strictObject({
  run: z.string(),
  slotCount: z.int().positive(),
  /** How long it asked for them. */
  lengthMs: z.number().nonnegative(),
  /** See `Turn`. */
  turnAt: z.number(),
  /** Whoever has not asked again by then has died, or does not wait any more. */
  until: z.number(),
});
export type SlotWait = z.infer<typeof SlotWait>;

/** All that is held of one pool, by all runs: the truth that is written before a slot starts. */
export const PoolLedger = z.strictObject({
  pool: z.string(),
  slotMax: z.int().nonnegative(),
  holds: z.array(SlotHold),
  /** @default - nobody waits */
  waits: z.array(SlotWait).optional(),
});
export type PoolLedger = z.infer<typeof PoolLedger>;

/** How many slots are held at a moment, by every run or by all but one. A hold ends before its `until`. */
export function heldAt({ holds }: PoolLedger, at: EpochMs, but?: RunId): number {
  return holds.reduce(
    (sum, hold) => (hold.run !== but && hold.from <= at && at < hold.until ? sum + hold.slotCount : sum),
    0,
  );
}

/** The most slots that are held at any moment of [from, until), or at `from` where that is no time at all. */
export function mostHeld({ holds }: PoolLedger, from: EpochMs, until: EpochMs): number {
  const then = holds.filter((hold) => hold.from <= from || hold.from < until);
  return mostAtOnce(
    then.map((hold) => ({ from: Math.max(from, hold.from), until: hold.until, weight: hold.slotCount })),
  );
}
