import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';

export const RunDemand = z.strictObject({
  run: z.string(),
  deadlineAt: z.number(),
  /** Work that is left, on one slot. */
  workMs: z.number().nonnegative(),
  /** Longest chain that is left, with a slot for every shard. */
  pathMs: z.number().nonnegative(),
  /** How much longer that chain may become: the work must be through so long before the deadline. */
  reserveMs: z.number().nonnegative(),
});
export type RunDemand = Readonly<z.infer<typeof RunDemand>>;

/**
 * The runs that cannot all meet their deadlines with the slots there are, chosen so that as many as possible of the
 * others do: they go to the background, or else each of them makes the next one late.
 *
 * In the order of the moments by which its work must be through, whenever the work up to a run is more than the slots
 * can do until then, the largest so far is given up. That moment is the deadline less a reserve: a run that is left until
 * its latest start fails by its first slow shard. With one slot and without reserves this is optimal; with many slots it
 * takes the work as divisible.
 *
 * @param slotCount slots that all runs together have; infinite where more can come, and then no run is given up for want
 *   of them
 * @complexity O(n²) for n runs at worst, O(n log n) while few are given up
 * @see Moore, "An n job, one machine sequencing algorithm for minimizing the number of late jobs", 1968
 */
export function hopelessRuns(runs: readonly RunDemand[], slotCount: number, now: EpochMs): ReadonlySet<RunId> {
  const hopeless = new Set(runs.filter(({ deadlineAt, pathMs }) => now + pathMs > deadlineAt).map(({ run }) => run));
  const kept: RunDemand[] = [];
  let workMs = 0;
  const throughAt = ({ deadlineAt, reserveMs }: RunDemand) => Math.max(now, deadlineAt - reserveMs);
  for (const one of runs.toSorted((a, b) => throughAt(a) - throughAt(b))) {
    if (hopeless.has(one.run)) continue;
    kept.push(one);
    workMs += one.workMs;
    while (workMs > slotCount * (throughAt(one) - now) && kept.length > 0) {
      const largest = kept.reduce((most, other) => (other.workMs > most.workMs ? other : most));
      kept.splice(kept.indexOf(largest), 1);
      workMs -= largest.workMs;
      hopeless.add(largest.run);
    }
  }
  return hopeless;
}
