import type { DurationMs, EpochMs } from '../core/quantity.ts';

/** One step of priority weighs as much as a deadline that is a minute earlier. */
const PRIORITY_STEP_MS = 60_000;
const PRIORITY_MAX = 9;
/** A run without hope goes behind everything that could still be in time for the next six hours. */
const BACKGROUND_MS = 6 * 3_600_000;
/** Wide enough for any moment until the year 5138 and for a virtual clock that starts at 0. */
const RANK_DIGITS = 15;
const RANK_ZERO_MS = 1e13;
/** Keys beyond it have no place in the order. */
export const RANK_MS_MAX = RANK_ZERO_MS;

export interface RunUrgency {
  readonly deadlineAt: EpochMs;
  /** 0 is the lowest, 9 the highest. */
  readonly priority: number;
  /** True when the run cannot meet its deadline with all the capacity there is. */
  readonly hopeless: boolean;
}

/**
 * The moments by which shards should start, as the order in which they are claimed: smallest first.
 *
 * Within a run this is the order of the upward rank (critical path first), which is that of least slack. Across runs it
 * is earliest deadline first on each shard's own latest start, so that a far deadline with a long way to go is not
 * forgotten; upward ranks alone must not be compared across runs.
 *
 * Priority and hopelessness move the moment by a bounded time and make no classes of their own, so nothing starves: a
 * shard is overtaken only by those that came within that time after it.
 *
 * @param upwardRankMs longest way from the shard's start to the end of its run
 * @see Topcuoglu, Hariri and Wu, 2002 (upward rank); Liu and Layland, 1973 (earliest deadline first)
 */
export function claimKey(upwardRankMs: DurationMs, { deadlineAt, priority, hopeless }: RunUrgency): EpochMs {
  const later = (PRIORITY_MAX - priority) * PRIORITY_STEP_MS + (hopeless ? BACKGROUND_MS : 0);
  return deadlineAt - upwardRankMs + later;
}

/**
 * A claim key as a text that sorts as the key does, by code unit; ties go to the shard whose text comes first.
 *
 * @param shard its id
 */
export function rankText(key: EpochMs, shard: string): string {
  const digits = Math.max(0, Math.round(key + RANK_ZERO_MS));
  return `${String(digits).padStart(RANK_DIGITS, '0')}:${shard}`;
}
