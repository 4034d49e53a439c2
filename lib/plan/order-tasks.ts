import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { capacityKeys, improveSchedule, LIST_ONLY } from './improve-schedule.ts';
import { listSchedule } from './list-schedule.ts';
import { fromEnd, runBackwards } from './reverse-schedule.ts';
import type { OrderedSchedule, ScheduleProblem } from './schedule-problem.ts';
import { simpleBound } from './simple-bound.ts';

/** An order that is this close to a length that nothing can undercut is good enough. */
const CLOSE_RATIO = 1.01;
/** For more tasks than this every further schedule costs more than it is likely to save: most of them end close. */
const TASKS_MAX = 5_000;
const CLOSE_RATIO_LARGE = 1.05;
/** Another order than that of the upward ranks must be shorter by this share: what differs by less is chance. */
const GAIN_MIN = 0.005;
/** Looks that a polish may take: some hundredths of a second; about fifty starts for few tasks. */
const POLISH_LOOKS_MAX = 5_000_000;
const POLISH_LOOKS_PER_TASK = 10_000;

export interface OrderedTasks extends OrderedSchedule {
  /** How long before the end of all each task should start: the smallest key has the largest rank. */
  readonly ranksMs: Float64Array;
}

export interface Ordering {
  /** Of each task, see `upwardRanks`. */
  readonly upwardMs: Float64Array;
  /** True when run times are known well enough that an order may be fitted to them. */
  readonly trusted: boolean;
  /** Asked only when run times are trusted. */
  readonly random: Random;
}

/**
 * Chooses the order in which tasks are claimed: of a few orders, each as list scheduling would carry it out, the one
 * that ends first. They are
 * - the upward rank, which a claim key is made of in any case;
 * - the rank that capacity gives: how long before its end a schedule with time running backwards starts each task;
 * - first come, first served, so that no plan is longer than without a plan;
 * - for known run times, what a search near the best of these finds.
 *
 * Workers claim in this order whatever is ready, which is list scheduling: what no order can reach by it, such as an
 * idle slot that waits for a large shard, is not looked for.
 *
 * @complexity that of six list schedules, of one while that ends close to a simple bound; and of the polish
 */
export function orderTasks(problem: ScheduleProblem, ordering: Ordering): OrderedTasks {
  const { upwardMs } = ordering;
  const byRank = orderByRank(problem, upwardMs);
  const boundMs = simpleBound(problem, upwardMs);
  const large = problem.graph.taskCount > TASKS_MAX;
  if (byRank.makespanMs <= boundMs * (large ? CLOSE_RATIO_LARGE : CLOSE_RATIO)) return byRank;
  const orders = [byRank, ...capacityOrders(problem, byRank), firstCome(problem)];
  const listed = orders.reduce((best, one) => (isShorter(one, best) ? one : best));
  const closeMs = boundMs * CLOSE_RATIO;
  const best = ordering.trusted && !large ? polish(problem, listed, { closeMs, random: ordering.random }) : listed;
  return { ...best, ranksMs: best === byRank ? upwardMs : ranksOf(best) };
}

/** The order of the upward ranks alone: one list schedule, for plans that are only compared. */
export function orderByRank(problem: ScheduleProblem, upwardMs: Float64Array): OrderedTasks {
  const keys = upwardMs.map((rank) => -rank);
  return { ...listInTurn(problem, keys), ranksMs: upwardMs };
}

function listInTurn(problem: ScheduleProblem, keys: Float64Array): OrderedSchedule {
  return { ...listSchedule(problem, keys), keys };
}

function isShorter({ makespanMs }: OrderedSchedule, than: OrderedSchedule): boolean {
  return makespanMs < than.makespanMs * (1 - GAIN_MIN);
}

/** Orders from schedules with time running backwards: one by what lies before each task, one by a schedule's own ends. */
function capacityOrders(problem: ScheduleProblem, byRank: OrderedSchedule): readonly OrderedSchedule[] {
  const backward = runBackwards(problem);
  const pushed = listSchedule(backward, fromEnd(problem, byRank));
  return [capacityKeys(problem, backward), fromEnd(problem, pushed)].map((keys) => listInTurn(problem, keys));
}

/** In the order of the task numbers, which its starts give again: a rank is a time, and a number is none. */
function firstCome(problem: ScheduleProblem): OrderedSchedule {
  const arrivals = problem.durationsMs.map((_, task) => task);
  return listInTurn(problem, listSchedule(problem, arrivals).startsMs);
}

function polish(
  problem: ScheduleProblem,
  listed: OrderedSchedule,
  { closeMs, random }: { readonly closeMs: DurationMs; readonly random: Random },
): OrderedSchedule {
  const looksMax = Math.min(POLISH_LOOKS_MAX, POLISH_LOOKS_PER_TASK * problem.graph.taskCount);
  const effort = { looksMax, boundMs: closeMs, random, ways: LIST_ONLY };
  const polished = improveSchedule(problem, listed.keys, effort);
  return isShorter(polished, listed) ? polished : listed;
}

/** The first task's rank is the whole length: capacity counts in it, not the longest way alone. */
function ranksOf({ keys, makespanMs }: OrderedSchedule): Float64Array {
  const first = keys.reduce((least, key) => (Number.isFinite(key) ? Math.min(least, key) : least), 0);
  return keys.map((key) => (Number.isFinite(key) ? makespanMs - (key - first) : 0));
}
