import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GraphNode, topologicalOrder } from '../../lib/core/topological-order.ts';

const node = (id: string, ...after: readonly string[]): GraphNode => ({ id, after });
const idsOf = (nodes: readonly GraphNode[]) => topologicalOrder(nodes).map(({ id }) => id);

/** Edges go from a lower number to a higher one, so there is no ring; the nodes come in any order. */
function acyclic(): fc.Arbitrary<readonly GraphNode[]> {
  const edges = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 60 });
  return fc.tuple(fc.integer({ min: 1, max: 20 }), edges).chain(([count, pairs]) => {
    const nodes = Array.from({ length: count }, (_, at) => {
      const before = pairs.flatMap(([from, to]) => (to === at && from < at ? [`n${from}`] : []));
      return node(`n${at}`, ...new Set(before));
    });
    return fc.shuffledSubarray(nodes, { minLength: count });
  });
}

describe('topologicalOrder', () => {
  it('gives every node once, behind all that it comes after', () => {
    fc.assert(
      fc.property(acyclic(), (nodes) => {
        const place = new Map(idsOf(nodes).map((id, at) => [id, at]));
        expect([...place.keys()].sort()).toEqual(nodes.map(({ id }) => id).sort());
        for (const { id, after } of nodes) {
          for (const before of after) expect(place.get(before)).toBeLessThan(place.get(id) ?? -1);
        }
      }),
    );
  });

  it('keeps the order of nodes that nothing orders', () => {
    expect(idsOf([node('c'), node('a'), node('b')])).toEqual(['c', 'a', 'b']);
    expect(idsOf([node('z', 'a'), node('y', 'a'), node('a')])).toEqual(['a', 'z', 'y']);
  });

  it('takes a node for what it is called, also by the names that JavaScript gives to every object', () => {
    expect(idsOf([node('toString', 'constructor'), node('constructor')])).toEqual(['constructor', 'toString']);
  });

  it('names an edge that leads nowhere', () => {
    const message =
      "operation 'b' comes after 'x', which does not exist; name an operation of this workflow or drop the edge";
    expect(() => topologicalOrder([node('a'), node('b', 'a', 'x')])).toThrow(
      expect.objectContaining({ name: 'DanglingEdge', message }),
    );
  });

  it('names a ring from end to end, and not what hangs on it', () => {
    const nodes = [node('start'), node('a', 'start', 'c'), node('b', 'a'), node('c', 'b'), node('0-behind', 'c')];
    expect(() => topologicalOrder(nodes)).toThrow(
      expect.objectContaining({
        name: 'CyclicWorkflow',
        message: 'operations need one another in a ring: c -> a -> b -> c; remove one of these edges',
      }),
    );
  });

  it('leaves out the middle of a long ring', () => {
    const ring = Array.from({ length: 40 }, (_, at) => node(`n${at}`, `n${(at + 39) % 40}`));
    expect(() => topologicalOrder(ring)).toThrow(/: (n\d+ -> ){10}\(30 more\) -> n\d+; remove/);
  });
});
