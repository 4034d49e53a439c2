import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { listSchedule } from './list-schedule.ts';
import { forwardBackward, fromEnd, runBackwards, type Scheduler } from './reverse-schedule.ts';
import type { OrderedSchedule, ScheduleProblem } from './schedule-problem.ts';
import { serialSchedule } from './serial-schedule.ts';
import { upwardRanks } from './task-graph.ts';

/** How far keys are moved: shares of the schedule's length, from a small search about the best to a fresh start. */
const NOISE_SHARES = [0.02, 0.05, 0.1, 0.3, 1];
/** One start in so many is near an order that the search began with, to find what is far from the best. */
const FRESH_EVERY = 4;
/** Every other start near the best moves only some of the tasks, and these twice as far. */
const MOVED_LEAST = 0.05;
const MOVED_SPREAD = 0.3;
/** A schedule longer than the best by more is not worth pushing back and forth. */
const HOPEFUL_RATIO = 1.02;

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

const LIST_WAY: Way = { scheduler: listSchedule, fit: 'roomiest' };
/** What workers do who claim in an order whatever is ready, spread over the bins. */
export const LIST_ONLY: readonly Way[] = [LIST_WAY];
const EVERY_WAY: readonly Way[] = [
  LIST_WAY,
  { scheduler: serialSchedule, fit: 'roomiest' },
  { scheduler: listSchedule, fit: 'tightest' },
];

/**
 * Polishes a schedule: forward-backward improvement from the given order and from that of a schedule with time running
 * backwards, then from many orders near the best one and near the first two, by list scheduling and by the serial scheme.
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
  const firsts = [keys, capacityKeys(problem, backward)];
  let lookCount = 0;
  let best: OrderedSchedule | undefined;
  const goesOn = () => best === undefined || (lookCount < looksMax && best.makespanMs > boundMs);
  const polish = (order: Float64Array, { scheduler, fit }: Way): OrderedSchedule => {
    const found = forwardBackward(scheduler, { forward: { ...problem, fit }, backward: { ...backward, fit } }, order, {
      hopefulMs: best ? best.makespanMs * HOPEFUL_RATIO : Number.POSITIVE_INFINITY,
    });
    lookCount += found.lookCount;
    return best === undefined || found.makespanMs <= best.makespanMs ? found : best;
  };
  for (const way of ways) for (const order of firsts) if (goesOn()) best = polish(order, way);
  for (let start = 1; best && goesOn(); start += 1) {
    const way = ways[start % ways.length] ?? LIST_WAY;
    best = polish(nextOrder(start, { best, firsts, random }), way);
  }
  return best ?? polish(keys, LIST_WAY);
}

/** The order of a schedule with time running backwards, made by what lies before each task. */
export function capacityKeys(problem: ScheduleProblem, backward: ScheduleProblem): Float64Array {
  const beforeMs = upwardRanks(backward.graph, problem.durationsMs);
  return fromEnd(
    problem,
    listSchedule(
      backward,
      beforeMs.map((rank) => -rank),
    ),
  );
}

interface Known {
  readonly best: OrderedSchedule;
  readonly firsts: readonly Float64Array[];
  readonly random: Random;
}

function nextOrder(start: number, { best, firsts, random }: Known): Float64Array {
  const fresh = start % FRESH_EVERY === 0;
  const few = !fresh && start % 2 === 1;
  const movedShare = few ? MOVED_LEAST + MOVED_SPREAD * random() : 1;
  const noiseMs = (NOISE_SHARES[start % NOISE_SHARES.length] ?? 0) * best.makespanMs * (few ? 2 : 1);
  const near = random() < 0.5 ? best.startsMs : spreadOver(best.keys, best.makespanMs);
  const base = fresh ? spreadOver(firsts[start % firsts.length] ?? best.keys, best.makespanMs) : near;
  return base.map((key) => (few && random() >= movedShare ? key : key + noiseMs * (random() - 0.5)));
}

/** The same order in keys from 0 to the length of a schedule: what moves starts moves it as far. */
function spreadOver(keys: Float64Array, makespanMs: DurationMs): Float64Array {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const key of keys) {
    if (!Number.isFinite(key)) continue;
    least = Math.min(least, key);
    most = Math.max(most, key);
  }
  const scale = makespanMs / Math.max(1, most - least);
  return keys.map((key) => (key - least) * scale);
}
