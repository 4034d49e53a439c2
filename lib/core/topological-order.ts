import { byCodeUnit } from './by-code-unit.ts';
import { ForeshardError } from './foreshard-error.ts';

/** How many nodes of a ring a message names. */
const RING_SHOWN_MAX = 12;

/** A node of a directed graph that names the nodes it comes after. */
export interface GraphNode {
  readonly id: string;
  readonly after: readonly string[];
}

/**
 * Orders a graph so that every node comes after all that it depends on (Kahn's algorithm). Ties keep the input order.
 *
 * @param nodes n nodes with m edges in total
 * @throws {ForeshardError} `DanglingEdge` when a node comes after one that does not exist; `CyclicWorkflow`, naming
 *   the ring, when nodes need one another
 * @complexity O(n + m) time and space, no recursion
 * @see Kahn, "Topological sorting of large networks", 1962
 */
export function topologicalOrder<Node extends GraphNode>(nodes: readonly Node[]): readonly Node[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const waiting = new Map<string, number>();
  const followers = new Map<string, Node[]>();
  for (const node of nodes) {
    waiting.set(node.id, node.after.length);
    for (const before of node.after) {
      if (!byId.has(before)) throw danglingEdge(node.id, before);
      const list = followers.get(before);
      if (list) list.push(node);
      else followers.set(before, [node]);
    }
  }
  const order = nodes.filter((node) => node.after.length === 0);
  for (let next = 0; next < order.length; next += 1) {
    for (const follower of followers.get(order[next]?.id ?? '') ?? []) {
      const left = (waiting.get(follower.id) ?? 0) - 1;
      waiting.set(follower.id, left);
      if (left === 0) order.push(follower);
    }
  }
  if (order.length < nodes.length) throw cyclic(byId, waiting);
  return order;
}

function danglingEdge(id: string, before: string): ForeshardError {
  return new ForeshardError(
    'DanglingEdge',
    `operation '${id}' comes after '${before}', which does not exist; name an operation of this workflow or drop the edge`,
  );
}

/** Walks backwards from a node that never became free: it must come round to itself. */
function cyclic(byId: ReadonlyMap<string, GraphNode>, waiting: ReadonlyMap<string, number>): ForeshardError {
  const stuck = (id: string) => (waiting.get(id) ?? 0) > 0;
  const start = [...byId.keys()].filter(stuck).sort(byCodeUnit)[0] ?? '';
  const seen = new Map<string, number>();
  const walk: string[] = [];
  for (let id: string | undefined = start; id !== undefined && !seen.has(id); ) {
    seen.set(id, walk.length);
    walk.push(id);
    id = byId.get(id)?.after.find(stuck);
    if (id !== undefined && seen.has(id)) walk.push(id);
  }
  const last = walk.at(-1) ?? start;
  const ring = walk.slice(walk.indexOf(last)).reverse();
  return new ForeshardError(
    'CyclicWorkflow',
    `operations need one another in a ring: ${shorten(ring).join(' -> ')}; remove one of these edges`,
  );
}

function shorten(ring: readonly string[]): readonly string[] {
  if (ring.length <= RING_SHOWN_MAX) return ring;
  const shown = ring.slice(0, RING_SHOWN_MAX - 2);
  return [...shown, `(${ring.length - shown.length - 1} more)`, ...ring.slice(-1)];
}
