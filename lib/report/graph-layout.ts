import { type GraphNode, topologicalOrder } from '../core/topological-order.ts';

/** A place in the grid of the picture. */
export interface GraphPlace {
  readonly column: number;
  readonly row: number;
}

export interface GraphLayout {
  readonly places: ReadonlyMap<string, GraphPlace>;
  /** Every edge with the places it passes, first and last included: one in each column, so it crosses no node. */
  readonly routes: readonly { readonly from: string; readonly to: string; readonly via: readonly GraphPlace[] }[];
}

/** A node, or the place where a long edge passes a column. */
interface Stop {
  readonly key: string;
  readonly column: number;
  readonly before: readonly string[];
}

/**
 * Lays a graph out in columns, so that every edge goes to the right: a node stands as far right as the longest way to
 * it, a longer edge gets a place of its own in every column that it passes, and rows follow the mean row of what comes
 * before (one sweep); ties keep the order of the nodes.
 *
 * @throws {ForeshardError} `CyclicWorkflow` or `DanglingEdge`
 * @complexity O(s log s) for s nodes and passed columns
 * @see Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures", 1981
 */
export function graphLayout(nodes: readonly GraphNode[]): GraphLayout {
  const order = topologicalOrder(nodes);
  const columnOf = longestWays(order);
  const places = rowsOf(stopsOf(order, columnOf));
  const placeOf = (key: string): GraphPlace => places.get(key) ?? { column: 0, row: 0 };
  const routes = order.flatMap(({ id, after }) =>
    after.map((from) => ({
      from,
      to: id,
      via: [from, ...passKeys(from, id, columnOf), id].map(placeOf),
    })),
  );
  return { places: new Map(order.map(({ id }) => [id, placeOf(id)])), routes };
}

function longestWays(order: readonly GraphNode[]): ReadonlyMap<string, number> {
  const columnOf = new Map<string, number>();
  for (const { id, after } of order) {
    columnOf.set(id, Math.max(-1, ...after.map((before) => columnOf.get(before) ?? 0)) + 1);
  }
  return columnOf;
}

function stopsOf(order: readonly GraphNode[], columnOf: ReadonlyMap<string, number>): readonly Stop[] {
  return order.flatMap(({ id, after }) => {
    const passes = after.map((from) => passKeys(from, id, columnOf));
    const before = after.map((from, index) => passes[index]?.at(-1) ?? from);
    const passing = after.flatMap((from, index) =>
      (passes[index] ?? []).map((key, step, keys) => ({
        key,
        column: (columnOf.get(from) ?? 0) + step + 1,
        before: [keys[step - 1] ?? from],
      })),
    );
    return [...passing, { key: id, column: columnOf.get(id) ?? 0, before }];
  });
}

/** Names of the places where an edge passes a column; a space stands in no operation's id. */
function passKeys(from: string, to: string, columnOf: ReadonlyMap<string, number>): readonly string[] {
  const first = (columnOf.get(from) ?? 0) + 1;
  const passed = Math.max(0, (columnOf.get(to) ?? 0) - first);
  return Array.from({ length: passed }, (_, step) => `${from} ${to} ${first + step}`);
}

function rowsOf(stops: readonly Stop[]): ReadonlyMap<string, GraphPlace> {
  const places = new Map<string, GraphPlace>();
  const columns = Map.groupBy(stops, ({ column }) => column);
  for (let column = 0; column < columns.size; column += 1) {
    const ranked = (columns.get(column) ?? []).map((stop) => ({ key: stop.key, mean: meanRow(stop, places) }));
    ranked.sort((a, b) => a.mean - b.mean);
    ranked.forEach(({ key }, row) => {
      places.set(key, { column, row });
    });
  }
  return places;
}

function meanRow({ before }: Stop, places: ReadonlyMap<string, GraphPlace>): number {
  if (before.length === 0) return 0;
  return before.reduce((sum, key) => sum + (places.get(key)?.row ?? 0), 0) / before.length;
}
