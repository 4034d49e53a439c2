import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { listSchedule } from './list-schedule.ts';
import { forwardBackward, runBackwards, type Scheduler } from './reverse-schedule.ts';
import type { OrderedSchedule, ScheduleProblem } from './schedule-problem.ts';
import { serialSchedule } from './serial-schedule.ts';

/** How far keys are moved: shares of the schedule's length, from a small search about the best to a fresh start. */
const NOISE_SHARES = [0.02, 0.05, 0.1, 0.3, 1];

export interface Effort {
  /** Looks at bins and moments in all, over all schedules: the start that passes it is the last. */
  readonly looksMax: number;
  /** A length that no schedule can undercut: reaching it ends the search. */
  readonly boundMs: DurationMs;
  /** Tried in turn. @default the serial scheme, and list scheduling by both rules */
  readonly ways?: readonly Way[];
}

/** A way to make a schedule from an order. */
export interface Way {
  readonly scheduler: Scheduler;
  readonly fit: 'roomiest' | 'tightest';
}

/** What workers do who claim in an order whatever is ready, spread over the bins. */
export const LIST_ONLY: readonly Way[] = [{ scheduler: listSchedule, fit: 'roomiest' }];
const EVERY_WAY: readonly Way[] = [
  ...LIST_ONLY,
  { scheduler: serialSchedule, fit: 'roomiest' },
  { scheduler: listSchedule, fit: 'tightest' },
];

/**
 * Polishes a schedule: forward-backward improvement from the given order, then from many orders near the best one and
 * near the first, by list scheduling and by the serial scheme.
 *
 * It pays when run times are known. With errors of more than about a fifth, plain list scheduling is as good: the
 * polish fits the errors.
 *
 * @param keys the order to start from, smallest first: negative upward ranks
 * @param random source of chance; equal seeds give equal schedules
 * @returns never longer than the list schedule of the keys
 * @complexity O(looksMax), and one start more
 * @see Valls, Ballestin and Quintanilla, "Justification and RCPSP: a technique that pays", 2005
 */
export function improveSchedule(
  problem: ScheduleProblem,
  keys: Float64Array,
  { looksMax, boundMs, random, ways = EVERY_WAY }: Effort & { readonly random: Random },
): OrderedSchedule {
  const backward = runBackwards(problem);
  let lookCount = 0;
  const polish = (start: number, order: Float64Array): OrderedSchedule => {
    const { scheduler, fit } = ways[start % ways.length] ?? { scheduler: listSchedule, fit: 'roomiest' };
    const found = forwardBackward(scheduler, { forward: { ...problem, fit }, backward: { ...backward, fit } }, order);
    lookCount += found.lookCount;
    return found;
  };
  let best = polish(0, keys);
  const scale = best.makespanMs / Math.max(1, spanOf(keys));
  const first = keys.map((key) => key * scale);
  for (let start = 1; lookCount < looksMax && best.makespanMs > boundMs; start += 1) {
    const base = start < ways.length || start % 4 === 0 ? first : best.startsMs;
    const noiseMs = start < ways.length ? 0 : (NOISE_SHARES[start % NOISE_SHARES.length] ?? 0) * best.makespanMs;
    const found = polish(
      start,
      base.map((key) => key + noiseMs * (random() - 0.5)),
    );
    if (found.makespanMs < best.makespanMs) best = found;
  }
  return best;
}

function spanOf(keys: Float64Array): number {
  return keys.reduce((most, key) => Math.max(most, Math.abs(key)), 0);
}
