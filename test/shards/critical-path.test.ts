import fc from 'fast-check';
import { expect, it } from 'vitest';
import { criticalPath, type TimedNode } from '../../lib/shards/critical-path.ts';
import { timedGraphs } from './graphs.ts';

it('finds the longest chain of a small graph', () => {
  const { lengthMs, path, timings } = criticalPath([
    { id: 'fetch', durationMs: 2_000, after: [] },
    { id: 'train', durationMs: 5_000, after: ['fetch'] },
    { id: 'report', durationMs: 1_000, after: ['fetch'] },
  ]);
  expect(lengthMs).toBe(7_000);
  expect(path).toEqual(['fetch', 'train']);
  expect(timings.get('report')).toEqual({ earliestStartMs: 2_000, earliestEndMs: 3_000, slackMs: 4_000 });
});

it('is not confused by names that objects know', () => {
  const nodes = ['constructor', '__proto__', 'toString'].map((id) => ({ id, durationMs: 1, after: [] }));
  expect(criticalPath(nodes).timings.size).toBe(3);
});

it('names the ring of a graph that has one', () => {
  const ring = [
    { id: 'a', durationMs: 1, after: ['b'] },
    { id: 'b', durationMs: 1, after: ['a'] },
  ];
  expect(() => criticalPath(ring)).toThrow(expect.objectContaining({ name: 'CyclicWorkflow' }));
});

it('gives slack its meaning: a delay up to it costs nothing, one millisecond more costs one', () => {
  fc.assert(
    fc.property(timedGraphs(20), fc.nat(), (nodes, pick) => {
      const { lengthMs, timings } = criticalPath(nodes);
      const late = nodes[pick % nodes.length] as TimedNode;
      const slackMs = timings.get(late.id)?.slackMs ?? 0;
      expect(criticalPath(delay(nodes, late, slackMs)).lengthMs).toBe(lengthMs);
      expect(criticalPath(delay(nodes, late, slackMs + 1)).lengthMs).toBe(lengthMs + 1);
    }),
  );
});

it('gives a path that is a chain of the graph, without slack and as long as the whole', () => {
  fc.assert(
    fc.property(timedGraphs(20), (nodes) => {
      const { lengthMs, path, timings } = criticalPath(nodes);
      const byId = new Map(nodes.map((node) => [node.id, node]));
      expect(path.reduce((sum, id) => sum + (byId.get(id)?.durationMs ?? 0), 0)).toBe(lengthMs);
      for (const [index, id] of path.entries()) {
        expect(timings.get(id)?.slackMs).toBe(0);
        if (index > 0) expect(byId.get(id)?.after).toContain(path[index - 1]);
      }
    }),
  );
});

function delay(nodes: readonly TimedNode[], late: TimedNode, byMs: number): readonly TimedNode[] {
  return nodes.map((node) => (node === late ? { ...node, durationMs: node.durationMs + byMs } : node));
}
