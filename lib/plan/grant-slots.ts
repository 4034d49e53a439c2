import type { RunId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { heldAt, mostHeld, type PoolLedger, type SlotHold, type SlotWait } from './pool-ledger.ts';

export type GrantOutcome =
  | { readonly granted: true; readonly ledger: PoolLedger }
  | {
      readonly granted: false;
      /** As many as would have been granted for the same time. */
      readonly freeSlotCount: number;
      /** The first moment from which all could be held as long as was asked. */
      readonly freeAt: EpochMs | undefined;
    };

/**
 * Gives a run slots of a pool for a time, unless at any moment of it more would be held than the pool has, or more
 * would be guaranteed than is left when the largest zone is lost.
 *
 * @param guaranteedMax of this pool, see `guaranteedSlots`
 * @returns the ledger with the hold, or what there is instead; the ledger given is not changed
 */
export function grantSlots(ledger: PoolLedger, hold: SlotHold, guaranteedMax = ledger.slotMax): GrantOutcome {
  const freeSlotCount = freeFor(ledger, hold, guaranteedMax);
  if (hold.slotCount <= freeSlotCount) return { granted: true, ledger: { ...ledger, holds: [...ledger.holds, hold] } };
  return { granted: false, freeSlotCount, freeAt: firstFree(ledger, hold, guaranteedMax) };
}

function freeFor(ledger: PoolLedger, { from, until, guaranteed }: SlotHold, guaranteedMax: number): number {
  const free = ledger.slotMax - mostHeld(ledger, from, until);
  if (!guaranteed) return Math.max(0, free);
  const safe = { ...ledger, holds: ledger.holds.filter((hold) => hold.guaranteed) };
  return Math.max(0, Math.min(free, guaranteedMax - mostHeld(safe, from, until)));
}

/** Room appears only when a hold ends. */
function firstFree(ledger: PoolLedger, hold: SlotHold, guaranteedMax: number): EpochMs | undefined {
  const lengthMs = hold.until - hold.from;
  return ledger.holds
    .map(({ until }) => until)
    .filter((at) => at > hold.from)
    .sort((a, b) => a - b)
    .find((from) => hold.slotCount <= freeFor(ledger, { ...hold, from, until: from + lengthMs }, guaranteedMax));
}

/** Gives back all that a run holds, and its place among those that wait; to do it again changes nothing. */
export function releaseSlots(ledger: PoolLedger, run: RunId): PoolLedger {
  return onlyThose(ledger, (one) => one.run !== run);
}

/** Drops the holds and the waits that have ended: what a dead run did not give back. */
export function expireHolds(ledger: PoolLedger, now: EpochMs): PoolLedger {
  return onlyThose(ledger, ({ until }) => until > now);
}

function onlyThose(ledger: PoolLedger, wanted: (one: SlotHold | SlotWait) => boolean): PoolLedger {
  const holds = ledger.holds.filter(wanted);
  return ledger.waits ? { ...ledger, holds, waits: ledger.waits.filter(wanted) } : { ...ledger, holds };
}

/** Slots that nobody holds at a moment; the run's own holds count as free to it. */
export function freeSlots(ledger: PoolLedger, now: EpochMs, run?: RunId): number {
  return Math.max(0, ledger.slotMax - heldAt(ledger, now, run));
}
