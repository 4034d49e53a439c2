import { type GraphNode, topologicalOrder } from '../core/topological-order.ts';

/** Where a node of the picture stands: its column is the longest way to it, its row the order within the column. */
export interface GraphPlace {
  readonly id: string;
  readonly column: number;
  readonly row: number;
}

/**
 * Lays a graph out in columns, so that every edge goes to the right.
 *
 * Rows follow the mean row of the nodes before (one pass of the barycentre rule of Sugiyama, Tagawa and Toda, "Methods
 * for visual understanding of hierarchical system structures", 1981); ties keep the order of the workflow.
 *
 * @complexity O(n log n + m)
 */
export function graphLayout(nodes: readonly GraphNode[]): readonly GraphPlace[] {
  const order = topologicalOrder(nodes);
  const columnOf = new Map<string, number>();
  for (const { id, after } of order) {
    columnOf.set(id, Math.max(-1, ...after.map((before) => columnOf.get(before) ?? 0)) + 1);
  }
  const rowOf = new Map<string, number>();
  const columns = Map.groupBy(order, ({ id }) => columnOf.get(id) ?? 0);
  for (let column = 0; column < columns.size; column += 1) {
    const ranked = (columns.get(column) ?? []).map((node) => ({ node, mean: meanRow(node, rowOf) }));
    ranked.sort((a, b) => a.mean - b.mean);
    ranked.forEach(({ node }, row) => {
      rowOf.set(node.id, row);
    });
  }
  return order.map(({ id }) => ({ id, column: columnOf.get(id) ?? 0, row: rowOf.get(id) ?? 0 }));
}

function meanRow({ after }: GraphNode, rowOf: ReadonlyMap<string, number>): number {
  if (after.length === 0) return 0;
  return after.reduce((sum, before) => sum + (rowOf.get(before) ?? 0), 0) / after.length;
}
