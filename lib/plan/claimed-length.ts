import type { DurationMs } from '../core/quantity.ts';
import { type CapacityOverTime, grantedCapacity } from './granted-capacity.ts';
import { type NumberHeap, numberHeap } from './number-heap.ts';
import type { TaskGraph } from './task-graph.ts';

export interface ClaimedRun {
  /** Shards that wait for one another; a node that takes no vCPU is a barrier. */
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
  const waitsFor = new Int32Array(graph.taskCount);
  const sizes = [...new Set(vcpus)];
  const roots = graph.waitsFor.keys().filter((node) => graph.waitsFor[node] === 0);
  const state = {
    endsMs,
    waitsFor,
    sizes,
    classOf: Int32Array.from(vcpus, (vcpu) => sizes.indexOf(vcpu)),
    ready: sizes.map(() => numberHeap(keys)),
    running: numberHeap(endsMs),
    closed: numberHeap(run.opensMs),
    roots: [...roots],
  };
  return (durationsMs) => {
    for (const heap of [...state.ready, state.running, state.closed]) while (heap.size() > 0) heap.pop();
    return runOnce(run, state, durationsMs);
  };
}

interface State {
  readonly endsMs: Float64Array;
  readonly waitsFor: Int32Array;
  readonly sizes: readonly number[];
  readonly classOf: Int32Array;
  readonly ready: readonly NumberHeap[];
  readonly running: NumberHeap;
  /** What waits for nothing but its input. */
  readonly closed: NumberHeap;
  readonly roots: readonly number[];
}

function runOnce({ graph, keys, opensMs, capacity }: ClaimedRun, state: State, durationsMs: Float64Array): DurationMs {
  const { endsMs, sizes, classOf, ready, running, closed, roots } = state;
  const slots = grantedCapacity(capacity);
  let [now, usedVcpu, openVcpu, leftCount] = [0, 0, 0, graph.taskCount];
  const vcpuOf = (node: number) => sizes[classOf[node] ?? 0] ?? 0;
  state.waitsFor.set(graph.waitsFor);
  for (const node of roots) closed.push(node);
  while (leftCount > 0) {
    while (closed.size() > 0 && (opensMs[closed.first()] ?? 0) <= now) {
      const node = closed.pop();
      openVcpu += vcpuOf(node);
      ready[classOf[node] ?? 0]?.push(node);
    }
    slots.adjust(now, { openVcpu, usedVcpu });
    const there = slots.at(now);
    for (let next = pick(state, keys, there - usedVcpu); next >= 0; next = pick(state, keys, there - usedVcpu)) {
      ready[classOf[next] ?? 0]?.pop();
      usedVcpu += vcpuOf(next);
      endsMs[next] = now + (durationsMs[next] ?? 0);
      running.push(next);
    }
    const first = running.first();
    const endMs = first < 0 ? Number.POSITIVE_INFINITY : (endsMs[first] ?? 0);
    const opensAtMs = closed.size() > 0 ? (opensMs[closed.first()] ?? 0) : Number.POSITIVE_INFINITY;
    now = Math.min(endMs, opensAtMs, slots.nextMs());
    if (now === Number.POSITIVE_INFINITY) return now;
    if (endMs > now) continue;
    // what was idle until now has been given back before others wait for it
    slots.adjust(now, { openVcpu, usedVcpu });
    running.pop();
    usedVcpu -= vcpuOf(first);
    openVcpu -= vcpuOf(first);
    leftCount -= 1;
    release(graph, state, first);
  }
  return now;
}

function release({ offsets, targets }: TaskGraph, { waitsFor, closed }: State, node: number): void {
  for (let edge = offsets[node] ?? 0; edge < (offsets[node + 1] ?? 0); edge += 1) {
    const later = targets[edge] ?? 0;
    waitsFor[later] = (waitsFor[later] ?? 0) - 1;
    if (waitsFor[later] === 0) closed.push(later);
  }
}

/** The ready node of lowest key for which there is room, or -1. */
function pick({ ready, sizes }: State, keys: Float64Array, free: number): number {
  let best = -1;
  for (const [size, heap] of ready.entries()) {
    const node = heap.first();
    if (node < 0 || (sizes[size] ?? 0) > free + EPSILON) continue;
    if (best < 0 || (keys[node] ?? 0) < (keys[best] ?? 0)) best = node;
  }
  return best;
}
