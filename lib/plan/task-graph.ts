/**
 * Tasks 0 to n - 1 and who waits for whom, in compressed rows: the followers of task i are
 * `targets[offsets[i]]` to `targets[offsets[i + 1] - 1]`.
 */
export interface TaskGraph {
  readonly taskCount: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** How many tasks each one waits for. */
  readonly waitsFor: Int32Array;
}

/**
 * @param from the earlier task of each edge
 * @param to the later task of each edge
 * @complexity O(n + m)
 */
export function taskGraph(taskCount: number, from: readonly number[], to: readonly number[]): TaskGraph {
  const offsets = new Int32Array(taskCount + 1);
  const waitsFor = new Int32Array(taskCount);
  for (const earlier of from) offsets[earlier + 1] = (offsets[earlier + 1] ?? 0) + 1;
  for (let task = 0; task < taskCount; task += 1) offsets[task + 1] = (offsets[task + 1] ?? 0) + (offsets[task] ?? 0);
  const next = offsets.slice(0, taskCount);
  const targets = new Int32Array(from.length);
  for (let edge = 0; edge < from.length; edge += 1) {
    const earlier = from[edge] ?? 0;
    const later = to[edge] ?? 0;
    targets[next[earlier] ?? 0] = later;
    next[earlier] = (next[earlier] ?? 0) + 1;
    waitsFor[later] = (waitsFor[later] ?? 0) + 1;
  }
  return { taskCount, offsets, targets, waitsFor };
}

/**
 * All tasks, each after those it waits for; a ring and what comes after it are left out.
 *
 * @complexity O(n + m)
 */
export function taskOrder({ taskCount, offsets, targets, waitsFor }: TaskGraph): Int32Array {
  const waiting = waitsFor.slice();
  const order = new Int32Array(taskCount);
  let found = 0;
  for (let task = 0; task < taskCount; task += 1) if (waiting[task] === 0) order[found++] = task;
  for (let next = 0; next < found; next += 1) {
    const task = order[next] ?? 0;
    for (let edge = offsets[task] ?? 0; edge < (offsets[task + 1] ?? 0); edge += 1) {
      const later = targets[edge] ?? 0;
      waiting[later] = (waiting[later] ?? 0) - 1;
      if (waiting[later] === 0) order[found++] = later;
    }
  }
  return order.subarray(0, found);
}

/**
 * For each task the longest chain that starts with it, its own duration included: the upward rank.
 *
 * @complexity O(n + m)
 * @see Topcuoglu, Hariri and Wu, "Performance-effective and low-complexity task scheduling" (HEFT), 2002
 */
export function upwardRanks(graph: TaskGraph, durationsMs: Float64Array): Float64Array {
  const ranks = new Float64Array(graph.taskCount);
  const order = taskOrder(graph);
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const task = order[at] ?? 0;
    let longest = 0;
    for (let edge = graph.offsets[task] ?? 0; edge < (graph.offsets[task + 1] ?? 0); edge += 1) {
      longest = Math.max(longest, ranks[graph.targets[edge] ?? 0] ?? 0);
    }
    ranks[task] = longest + (durationsMs[task] ?? 0);
  }
  return ranks;
}
