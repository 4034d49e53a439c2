import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Plan } from '../plan/plan.ts';
import type { Pool } from '../plan/pool.ts';
import { crc32 } from './input/crc32.ts';
import type { SlotRecord } from './slot-store.ts';

export interface SlotsNow {
  readonly pools: readonly Pool[];
  /** Every slot that the run ever had. */
  readonly slots: readonly SlotRecord[];
  readonly now: EpochMs;
  /** How long one slot's start takes: it is started that much before its grant begins, to be there when it does. */
  readonly startDelayMs: DurationMs;
}

/** A slot to be started, and the worker function that it calls. */
export interface MissingSlot extends SlotRecord {
  readonly functionName: string;
}

/**
 * The slots that a plan grants, now or by the time they have started, and that are not there: new ones, and those whose execution has ended while
 * their grant goes on. Names are never used twice, because an execution's name is good for one execution.
 *
 * @complexity O(g + s) for g grants and s slots
 */
export function missingSlots(
  { run, grants }: Plan,
  { pools, slots, now, startDelayMs }: SlotsNow,
): readonly MissingSlot[] {
  return pools.flatMap((pool) => {
    const own = slots.filter((slot) => slot.pool === pool.id);
    const live = own.filter(({ status }) => status === 'STARTED').length;
    const active = grants.filter(
      (grant) => grant.pool === pool.id && grant.from <= now + startDelayMs && now < grant.until,
    );
    const wanted = active.reduce((sum, { slotCount }) => sum + slotCount, 0);
    const until = Math.max(now, ...active.map((grant) => grant.until));
    return Array.from({ length: Math.max(0, wanted - live) }, (_, index) => ({
      run,
      slot: slotName(run, pool.id, own.length + index),
      pool: pool.id,
      zone: pool.zone,
      memoryTierMiB: pool.memoryMiB,
      startedAt: now,
      until,
      status: 'STARTED' as const,
      functionName: pool.functionName,
    }));
  });
}

/** Step Functions takes execution names of up to 80 letters, digits, `-` and `_`. */
const EXECUTION_NAME_MAX = 80;

/** A run's name that is too long is cut, and told from others that begin like it by its checksum. */
function slotName(run: string, pool: string, number: number): string {
  const tail = `-${pool}-${number}`;
  if (run.length + tail.length <= EXECUTION_NAME_MAX) return `${run}${tail}`;
  const sum = `-${crc32(new TextEncoder().encode(run)).toString(16)}`;
  return `${run.slice(0, EXECUTION_NAME_MAX - tail.length - sum.length)}${sum}${tail}`;
}
