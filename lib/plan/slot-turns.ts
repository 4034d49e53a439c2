import type { RunId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { mostGranted } from './most-granted.ts';
import type { SlotGrant } from './plan.ts';
import type { PoolLedger, SlotWait } from './pool-ledger.ts';

/** When it is a run's turn: the moment by which its longest way should begin, as `claimKey` says it. */
export interface Turn {
  readonly run: RunId;
  readonly turnAt: EpochMs;
}

/**
 * What has to be kept of a pool for a run that waits for it: as many slots as it wants at once at the most, from when it
 * wants the first until it has done with the last.
 */
export function waitFor(asked: readonly SlotGrant[]): Pick<SlotWait, 'slotCount' | 'lengthMs'> {
  const from = asked.reduce((first, grant) => Math.min(first, grant.from), Number.POSITIVE_INFINITY);
  const until = asked.reduce((last, grant) => Math.max(last, grant.until), 0);
  return { slotCount: mostGranted(asked), lengthMs: Math.max(0, until - from) };
}

/** Lists a run as waiting for a pool; who is listed already is listed anew. */
export function waitForSlots(ledger: PoolLedger, wait: SlotWait): PoolLedger {
  const others = (ledger.waits ?? []).filter(({ run }) => run !== wait.run);
  return { ...ledger, waits: [...others, wait] };
}

export interface View {
  readonly now: EpochMs;
  /** True for who takes slots, and not only plans: until those have begun who come first, it cannot have what they need. */
  readonly taking: boolean;
}

/**
 * A pool as a run sees it for which others wait: what those need whose turn comes before its own is held for them, from
 * now, as long as they asked for it, or until they have it.
 *
 * Turns are moments, so they are weighed by deadline and priority and grow old by themselves: whoever comes later than a
 * turn, by no more than the bounded time that priority and hopelessness move it, has a later one and waits behind it.
 *
 * @complexity O(waits)
 */
export function besideFirstComers(ledger: PoolLedger, turn: Turn, { now, taking }: View): PoolLedger {
  const first = (ledger.waits ?? []).filter(
    (wait) => wait.run !== turn.run && wait.until > now && isBefore(wait, turn),
  );
  if (first.length === 0) return ledger;
  const kept = first.map(({ run, slotCount, lengthMs }) => ({
    run,
    slotCount,
    from: now,
    until: taking ? Number.MAX_SAFE_INTEGER : now + lengthMs,
    guaranteed: false,
  }));
  return { ...ledger, holds: [...ledger.holds, ...kept] };
}

/** Of two equal moments the run whose name comes first. */
function isBefore(one: Turn, other: Turn): boolean {
  return one.turnAt < other.turnAt || (one.turnAt === other.turnAt && one.run < other.run);
}
