import type { DurationMs } from '../core/quantity.ts';
import { type NumberHeap, numberHeap } from './number-heap.ts';
import type { TaskGraph } from './task-graph.ts';

/** vCPUs that can be used from a moment on, in addition to those before. */
export interface VcpuGain {
  readonly atMs: DurationMs;
  readonly vcpu: number;
}

export interface ClaimedRun {
  /** Shards that wait for one another; a node that takes no vCPU is a barrier. */
  readonly graph: TaskGraph;
  /** What a worker of each node's tier takes. */
  readonly vcpus: Float64Array;
  /** Order of claims: the lowest first. */
  readonly keys: Float64Array;
  /** Before which each node cannot start, whatever has ended: its input is not there. */
  readonly opensMs: Float64Array;
  /** In the order of their moments. */
  readonly gains: readonly VcpuGain[];
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
    waitsFor.set(graph.waitsFor);
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

function runOnce({ graph, gains, keys, opensMs }: ClaimedRun, state: State, durationsMs: Float64Array): DurationMs {
  const { endsMs, waitsFor, sizes, classOf, ready, running, closed, roots } = state;
  let now = 0;
  let free = 0;
  let gained = 0;
  let leftCount = graph.taskCount;
  for (const node of roots) closed.push(node);
  while (leftCount > 0) {
    while (closed.size() > 0 && (opensMs[closed.first()] ?? 0) <= now) {
      const node = closed.pop();
      ready[classOf[node] ?? 0]?.push(node);
    }
    for (let next = pick(state, keys, free); next >= 0; next = pick(state, keys, free)) {
      const size = classOf[next] ?? 0;
      ready[size]?.pop();
      free -= sizes[size] ?? 0;
      endsMs[next] = now + (durationsMs[next] ?? 0);
      running.push(next);
    }
    const first = running.first();
    const endMs = first < 0 ? Number.POSITIVE_INFINITY : (endsMs[first] ?? 0);
    const opensAtMs = closed.size() > 0 ? (opensMs[closed.first()] ?? 0) : Number.POSITIVE_INFINITY;
    const gain = gains[gained];
    if (opensAtMs < Math.min(endMs, gain?.atMs ?? Number.POSITIVE_INFINITY)) {
      now = opensAtMs;
      continue;
    }
    if (gain && gain.atMs <= endMs) {
      [now, free, gained] = [gain.atMs, free + gain.vcpu, gained + 1];
      continue;
    }
    if (first < 0) return Number.POSITIVE_INFINITY;
    now = endMs;
    running.pop();
    free += sizes[classOf[first] ?? 0] ?? 0;
    leftCount -= 1;
    for (let edge = graph.offsets[first] ?? 0; edge < (graph.offsets[first + 1] ?? 0); edge += 1) {
      const later = graph.targets[edge] ?? 0;
      waitsFor[later] = (waitsFor[later] ?? 0) - 1;
      if (waitsFor[later] === 0) closed.push(later);
    }
  }
  return now;
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
