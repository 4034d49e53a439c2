import type { PoolId } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { SlotGrant } from './plan.ts';

export interface PlannedUse {
  readonly pool: PoolId;
  readonly startAt: EpochMs;
  readonly endAt: EpochMs;
}

/**
 * Turns placements into slots of each pool over time: the allocation.
 *
 * A pool's k-th slot is held from the first moment at which k shards run at once to the last; it is given back in
 * between when that saves more than a new start costs. Slots with the same times become one grant.
 *
 * @param keepMs a pause up to this is held through
 * @returns by pool in the order in which they are first used, then by start
 * @complexity O(n log n)
 */
export function slotGrants(uses: readonly PlannedUse[], keepMs: DurationMs): readonly SlotGrant[] {
  const byPool = new Map<PoolId, PlannedUse[]>();
  for (const use of uses) {
    const list = byPool.get(use.pool);
    if (list) list.push(use);
    else byPool.set(use.pool, [use]);
  }
  return [...byPool].flatMap(([pool, list]) => merge(pool, slotTimes(list, keepMs)));
}

interface SlotTime {
  readonly from: EpochMs;
  readonly until: EpochMs;
}

/** For each level of concurrency, the times during which it is reached; an end comes before a start at one moment. */
function slotTimes(uses: readonly PlannedUse[], keepMs: DurationMs): readonly SlotTime[] {
  const steps = uses
    .filter(({ startAt, endAt }) => endAt > startAt)
    .flatMap(({ startAt, endAt }) => [
      { at: startAt, change: 1 },
      { at: endAt, change: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.change - b.change);
  const open: EpochMs[] = [];
  const paused: SlotTime[] = [];
  const times: SlotTime[] = [];
  for (const { at, change } of steps) {
    if (change < 0) {
      paused.push({ from: open.pop() ?? at, until: at });
      continue;
    }
    const last = paused.pop();
    if (last && at - last.until > keepMs) times.push(last);
    open.push(last && at - last.until <= keepMs ? last.from : at);
  }
  return [...times, ...paused];
}

function merge(pool: PoolId, times: readonly SlotTime[]): readonly SlotGrant[] {
  const counts = new Map<string, SlotGrant>();
  for (const { from, until } of times) {
    const key = `${from}:${until}`;
    counts.set(key, { pool, from, until, slotCount: (counts.get(key)?.slotCount ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => a.from - b.from || a.until - b.until);
}
