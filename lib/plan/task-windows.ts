import { reverseGraph } from './reverse-schedule.ts';
import { type TaskGraph, taskOrder } from './task-graph.ts';

/** How much of all capacity together each task takes, as a share in [0, 1]; energy is share times time. */
export type CapacityShares = Float64Array;

export interface TaskWindows {
  /** No schedule starts a task before this. */
  readonly headsMs: Float64Array;
  /** After a task's end, no schedule takes less than this. */
  readonly tailsMs: Float64Array;
}

/**
 * When tasks can start at the earliest, and what must follow them at the least. A task starts after all its ancestors:
 * after the longest chain of them, and after their work has gone through the capacity there is; of the ancestors, those
 * that start no earlier than some moment need that moment and their own work.
 *
 * @param measures one or more ways to measure what a task takes; each of them must be a valid relaxation
 * @complexity O(n² · measures) time and n² / 8 bytes for n tasks
 */
export function taskWindows(
  graph: TaskGraph,
  durationsMs: Float64Array,
  measures: readonly CapacityShares[],
): TaskWindows {
  return {
    headsMs: heads(graph, durationsMs, measures),
    tailsMs: heads(reverseGraph(graph), durationsMs, measures),
  };
}

function heads(graph: TaskGraph, durationsMs: Float64Array, measures: readonly CapacityShares[]): Float64Array {
  const order = taskOrder(graph);
  const before = predecessorLists(graph);
  const ancestors = new Map<number, Uint32Array>();
  const headsMs = new Float64Array(graph.taskCount);
  for (const task of order) {
    const bits = new Uint32Array((graph.taskCount + 31) >>> 5);
    let headMs = 0;
    for (const earlier of before[task] ?? []) {
      headMs = Math.max(headMs, (headsMs[earlier] ?? 0) + (durationsMs[earlier] ?? 0));
      unite(bits, ancestors.get(earlier), earlier);
    }
    ancestors.set(task, bits);
    headsMs[task] = Math.max(headMs, workBefore({ bits, headsMs, durationsMs, measures }));
  }
  return headsMs;
}

function predecessorLists({ taskCount, offsets, targets }: TaskGraph): readonly (readonly number[])[] {
  const lists: number[][] = Array.from({ length: taskCount }, () => []);
  for (let task = 0; task < taskCount; task += 1) {
    for (let edge = offsets[task] ?? 0; edge < (offsets[task + 1] ?? 0); edge += 1) {
      lists[targets[edge] ?? 0]?.push(task);
    }
  }
  return lists;
}

function unite(bits: Uint32Array, more: Uint32Array | undefined, task: number): void {
  for (let word = 0; more && word < bits.length; word += 1) bits[word] = (bits[word] ?? 0) | (more[word] ?? 0);
  bits[task >>> 5] = (bits[task >>> 5] ?? 0) | (1 << (task & 31));
}

interface WorkBefore {
  readonly bits: Uint32Array;
  readonly headsMs: Float64Array;
  readonly durationsMs: Float64Array;
  readonly measures: readonly CapacityShares[];
}

/** The largest of head + work of the ancestors with at least that head, over all heads and measures. */
function workBefore({ bits, headsMs, durationsMs, measures }: WorkBefore): number {
  const members = membersOf(bits).sort((a, b) => (headsMs[b] ?? 0) - (headsMs[a] ?? 0));
  let best = 0;
  for (const shares of measures) {
    let workMs = 0;
    for (const task of members) {
      workMs += (shares[task] ?? 0) * (durationsMs[task] ?? 0);
      best = Math.max(best, (headsMs[task] ?? 0) + workMs);
    }
  }
  return best;
}

function membersOf(bits: Uint32Array): number[] {
  const members: number[] = [];
  for (const [word, value] of bits.entries()) {
    for (let rest = value; rest !== 0; rest &= rest - 1) members.push(word * 32 + 31 - Math.clz32(rest & -rest));
  }
  return members;
}
