import type { DurationMs } from '../core/quantity.ts';
import { type CapacityOverTime, grantedCapacity } from './granted-capacity.ts';
import { type NumberHeap, numberHeap } from './number-heap.ts';
import { type NumberSet, numberSet } from './number-set.ts';
import type { TaskGraph } from './task-graph.ts';

export interface ClaimedRun {
  /** Shards that wait for one another; a node that takes no vCPU is a barrier, which takes no time either. */
  readonly graph: TaskGraph;
  /** What a worker of each node's tier takes. */
  readonly vcpus: Float64Array;
  /** Order of claims: the lowest first. */
  readonly keys: Float64Array;
  /** Before which each node cannot start, whatever has ended: its input is not there. */
  readonly opensMs: Float64Array;
  readonly capacity: CapacityOverTime;
}

/** Sums of vCPUs that differ by less are equal. */
const EPSILON = 1e-9;

/**
 * How long a run takes when workers claim whatever is ready, the lowest key first, as soon as there is room.
 *
 * @returns a function of the nodes' durations, whose buffers are used again by its next call; infinite when there is
 *   never room for something
 * @complexity O((n + m) log n)
 */
export function claimedLength(run: ClaimedRun): (durationsMs: Float64Array) => DurationMs {
  const { graph, vcpus, keys } = run;
  const endsMs = new Float64Array(graph.taskCount);
  const sizes = [...new Set(vcpus)].filter((vcpu) => vcpu > 0);
  const nodeAt = Int32Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  const turnOf = new Int32Array(graph.taskCount);
  for (const [turn, node] of nodeAt.entries()) turnOf[node] = turn;
  const roots = graph.waitsFor.keys().filter((node) => graph.waitsFor[node] === 0);
  const state = {
    endsMs,
    waitsFor: new Int32Array(graph.taskCount),
    nodeAt,
    turnOf,
    sizes,
    classOf: Int32Array.from(vcpus, (vcpu) => sizes.indexOf(vcpu)),
    ready: sizes.map(() => numberSet(graph.taskCount)),
    running: numberHeap(endsMs),
    closed: numberHeap(run.opensMs),
    roots: [...roots],
    openVcpu: 0,
    leftCount: 0,
  };
  return (durationsMs) => {
    for (const set of state.ready) set.clear();
    for (const heap of [state.running, state.closed]) while (heap.size() > 0) heap.pop();
    return runOnce(run, state, durationsMs);
  };
}

interface State {
  readonly endsMs: Float64Array;
  readonly waitsFor: Int32Array;
  /** The nodes in the order of claims, and where each of them stands in it. */
  readonly nodeAt: Int32Array;
  readonly turnOf: Int32Array;
  readonly sizes: readonly number[];
  readonly classOf: Int32Array;
  /** By size, the turns of what may be claimed. */
  readonly ready: readonly NumberSet[];
  readonly running: NumberHeap;
  /** What waits for nothing but its input. */
  readonly closed: NumberHeap;
  readonly roots: readonly number[];
  /** What is ready or runs would take so much. */
  openVcpu: number;
  leftCount: number;
}

function runOnce(run: ClaimedRun, state: State, durationsMs: Float64Array): DurationMs {
  const { graph, opensMs, capacity } = run;
  const { endsMs, nodeAt, sizes, classOf, ready, running, closed } = state;
  const slots = grantedCapacity(capacity);
  let [now, usedVcpu] = [0, 0];
  // what has ended stays the first of those that run until something takes its place
  let ended = false;
  const vcpuOf = (node: number) => sizes[classOf[node] ?? 0] ?? 0;
  state.waitsFor.set(graph.waitsFor);
  state.openVcpu = 0;
  state.leftCount = graph.taskCount;
  for (const node of state.roots) open(run, state, { node, now });
  while (state.leftCount > 0) {
    while (closed.size() > 0 && (opensMs[closed.first()] ?? 0) <= now) open(run, state, { node: closed.pop(), now });
    slots.adjust(now, { openVcpu: state.openVcpu, usedVcpu });
    const there = slots.at(now);
    for (let turn = pick(state, there - usedVcpu); turn >= 0; turn = pick(state, there - usedVcpu)) {
      const next = nodeAt[turn] ?? 0;
      ready[classOf[next] ?? 0]?.remove(turn);
      usedVcpu += vcpuOf(next);
      endsMs[next] = now + (durationsMs[next] ?? 0);
      if (ended) running.replaceFirst(next);
      else running.push(next);
      ended = false;
    }
    if (ended) running.pop();
    ended = false;
    const first = running.first();
    const endMs = first < 0 ? Number.POSITIVE_INFINITY : (endsMs[first] ?? 0);
    const opensAtMs = closed.size() > 0 ? (opensMs[closed.first()] ?? 0) : Number.POSITIVE_INFINITY;
    now = Math.min(endMs, opensAtMs, slots.nextMs());
    if (now === Number.POSITIVE_INFINITY) return now;
    if (endMs > now) continue;
    // what was idle until now has been given back before others wait for it
    slots.adjust(now, { openVcpu: state.openVcpu, usedVcpu });
    ended = true;
    usedVcpu -= vcpuOf(first);
    state.openVcpu -= vcpuOf(first);
    state.leftCount -= 1;
    release(run, state, { node: first, now });
  }
  return now;
}

/**
 * Lists a node that waits for no other: to be claimed, or until its input is there. A barrier ends as it opens, and only
 * shards wait for it.
 */
function open(run: ClaimedRun, state: State, { node, now }: { readonly node: number; readonly now: DurationMs }): void {
  if ((run.opensMs[node] ?? 0) > now) {
    state.closed.push(node);
    return;
  }
  const size = state.classOf[node] ?? 0;
  if (size < 0) {
    state.leftCount -= 1;
    release(run, state, { node, now });
    return;
  }
  state.openVcpu += state.sizes[size] ?? 0;
  state.ready[size]?.add(state.turnOf[node] ?? 0);
}

function release(
  run: ClaimedRun,
  state: State,
  { node, now }: { readonly node: number; readonly now: DurationMs },
): void {
  const { offsets, targets } = run.graph;
  const { waitsFor } = state;
  for (let edge = offsets[node] ?? 0; edge < (offsets[node + 1] ?? 0); edge += 1) {
    const later = targets[edge] ?? 0;
    waitsFor[later] = (waitsFor[later] ?? 0) - 1;
    if (waitsFor[later] === 0) open(run, state, { node: later, now });
  }
}

/** The turn of the first node for which there is room, or -1. */
function pick({ ready, sizes }: State, free: number): number {
  let best = -1;
  for (let size = 0; size < sizes.length; size += 1) {
    if ((sizes[size] ?? 0) > free + EPSILON) continue;
    const turn = ready[size]?.first() ?? -1;
    if (turn >= 0 && (best < 0 || turn < best)) best = turn;
  }
  return best;
}
