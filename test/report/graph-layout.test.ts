import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphLayout } from '../../lib/report/graph-layout.ts';

/** Graphs whose nodes come after some of those before them. */
const graphs = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 24 }).map((picks) =>
  picks.map((before, index) => ({
    id: `n${index}`,
    after: index === 0 ? [] : [...new Set(before.map((pick) => `n${pick % index}`))],
  })),
);

describe('graphLayout', () => {
  it('leads every edge through each column in between, from left to right', () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const { places, routes } = graphLayout(nodes);
        expect(routes).toHaveLength(nodes.reduce((sum, { after }) => sum + after.length, 0));
        for (const { from, to, via } of routes) {
          expect(via[0]).toEqual(places.get(from));
          expect(via.at(-1)).toEqual(places.get(to));
          via.slice(1).forEach(({ column }, index) => {
            expect(column).toBe((via[index]?.column ?? 0) + 1);
          });
        }
      }),
    );
  });

  it('lets no edge pass where a node stands, and no two nodes share a place', () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const { places, routes } = graphLayout(nodes);
        const standing = [...places.values()];
        const passing = routes.flatMap(({ via }) => via.slice(1, -1));
        const cells = [...standing, ...passing].map(({ column, row }) => `${column} ${row}`);
        expect(new Set(cells).size).toBe(cells.length);
      }),
    );
  });
});
