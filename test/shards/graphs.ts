import fc from 'fast-check';
import type { TimedNode } from '../../lib/shards/critical-path.ts';
import type { WorkEstimate } from '../../lib/shards/work-estimate.ts';

/** Random graphs without rings: a node comes only after nodes with a smaller number. */
export function timedGraphs(nodesMax: number): fc.Arbitrary<readonly TimedNode[]> {
  const node = fc.record({
    durationMs: fc.nat({ max: 1_000 }),
    before: fc.array(fc.nat({ max: 10_000 }), { maxLength: 4 }),
  });
  return fc.array(node, { minLength: 1, maxLength: nodesMax }).map((nodes) =>
    nodes.map(({ durationMs, before }, index) => ({
      id: `n${index}`,
      durationMs,
      after: index === 0 ? [] : [...new Set(before.map((pick) => `n${pick % index}`))],
    })),
  );
}

export const certainEstimate: WorkEstimate = {
  workMs: 60_000,
  fixedMs: 500,
  perShardMs: 0,
  skew: 1,
  sigma: 0,
  bytes: 1_000_000,
  memoryMiB: 512,
};
