import type { DurationMs } from '../core/quantity.ts';
import { type GraphNode, topologicalOrder } from '../core/topological-order.ts';

/** A piece of work with its length, in whole milliseconds, and the names of what it comes after. */
export interface TimedNode extends GraphNode {
  readonly durationMs: DurationMs;
}

export interface Timing {
  readonly earliestStartMs: DurationMs;
  readonly earliestEndMs: DurationMs;
  /** How much later it may end without moving the end of all. */
  readonly slackMs: DurationMs;
}

export interface CriticalPath {
  readonly lengthMs: DurationMs;
  /** One longest chain, first to last; of several, the one whose members come first in topological order. */
  readonly path: readonly string[];
  readonly timings: ReadonlyMap<string, Timing>;
}

/**
 * Finds the longest chain of a graph, and how late each node may be.
 *
 * @param nodes n nodes with m edges; durations in whole milliseconds, so that a slack of 0 is really 0
 * @throws {ForeshardError} `CyclicWorkflow` or `DanglingEdge`, naming the nodes, when the graph is none
 * @complexity O(n + m) time and space
 * @see Kelley and Walker, "Critical-Path Planning and Scheduling", 1959
 *
 * @example
 * // fetch (2 s) feeds train (5 s) and report (1 s)
 * criticalPath(nodes).lengthMs; // => 7000
 */
export function criticalPath(nodes: readonly TimedNode[]): CriticalPath {
  const order = topologicalOrder(nodes);
  const ends = earliestEnds(order);
  const lengthMs = lastOf(ends.values());
  const latest = latestEnds(order, lengthMs);
  const timings = new Map(order.map((node) => [node.id, timing(node, ends, latest)]));
  return { lengthMs, path: longestChain(order, ends, lengthMs), timings };
}

function earliestEnds(order: readonly TimedNode[]): ReadonlyMap<string, DurationMs> {
  const ends = new Map<string, DurationMs>();
  for (const node of order) ends.set(node.id, node.durationMs + lastOf(node.after.map((id) => ends.get(id) ?? 0)));
  return ends;
}

function latestEnds(order: readonly TimedNode[], lengthMs: DurationMs): ReadonlyMap<string, DurationMs> {
  const latest = new Map<string, DurationMs>();
  for (const node of order.toReversed()) {
    const end = latest.get(node.id) ?? lengthMs;
    latest.set(node.id, end);
    for (const before of node.after) {
      latest.set(before, Math.min(latest.get(before) ?? lengthMs, end - node.durationMs));
    }
  }
  return latest;
}

function timing(
  node: TimedNode,
  ends: ReadonlyMap<string, DurationMs>,
  latest: ReadonlyMap<string, DurationMs>,
): Timing {
  const earliestEndMs = ends.get(node.id) ?? 0;
  return {
    earliestStartMs: earliestEndMs - node.durationMs,
    earliestEndMs,
    slackMs: (latest.get(node.id) ?? earliestEndMs) - earliestEndMs,
  };
}

/** Walks back from the first node that ends last, each time to the first predecessor that holds it up. */
function longestChain(
  order: readonly TimedNode[],
  ends: ReadonlyMap<string, DurationMs>,
  lengthMs: DurationMs,
): readonly string[] {
  const byId = new Map(order.map((node) => [node.id, node]));
  const chain: string[] = [];
  let node = order.find(({ id }) => ends.get(id) === lengthMs);
  while (node) {
    chain.push(node.id);
    const startMs = (ends.get(node.id) ?? 0) - node.durationMs;
    const before: string | undefined = node.after.find((id) => ends.get(id) === startMs);
    node = before === undefined ? undefined : byId.get(before);
  }
  return chain.reverse();
}

/** The largest of the moments, 0 for none; no spread, because a graph can have 100,000 nodes. */
function lastOf(moments: Iterable<DurationMs>): DurationMs {
  let last = 0;
  for (const moment of moments) if (moment > last) last = moment;
  return last;
}
