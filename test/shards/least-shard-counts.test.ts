import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../lib/shards/critical-path.ts';
import { durationCurve } from '../../lib/shards/duration-curve.ts';
import { leastShardCounts } from '../../lib/shards/least-shard-counts.ts';
import type { CountedStage } from '../../lib/shards/stage-graph.ts';
import { certainEstimate, timedGraphs } from './graphs.ts';

const COUNT_MAX = 6;

/** Up to five stages with up to six shards each: few enough to try everything. */
const stages: fc.Arbitrary<readonly CountedStage[]> = timedGraphs(5).map((nodes) =>
  nodes.map(({ id, after, durationMs }) => ({ id, after, curve: curve(1_000 + 60 * durationMs) })),
);

describe('leastShardCounts', () => {
  it('keeps the deadline, near the best that trying everything finds, and never above its own proof', () => {
    fc.assert(
      fc.property(stages, fc.double({ min: 0, max: 1, noNaN: true }), (graph, tightness) => {
        const deadlineMs = deadlineBetween(graph, tightness);
        const found = leastShardCounts(graph, deadlineMs);
        const optimum = leastByTrying(graph, deadlineMs);
        expect(lengthWith(graph, (id) => found.stages.get(id)?.shardCount ?? 0)).toBeLessThanOrEqual(deadlineMs);
        expect(found.bound).toBeLessThanOrEqual(optimum * (1 + 1e-9)); // sums of doubles
        expect(found.totalCount).toBeGreaterThanOrEqual(optimum);
        expect(found.totalCount).toBeLessThanOrEqual(optimum + 1);
      }),
    );
  });

  it('proves each stage: with one count less the deadline is lost, however fast the others are', () => {
    fc.assert(
      fc.property(stages, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (graph, tightness, pick) => {
        const deadlineMs = deadlineBetween(graph, tightness);
        const { id, curve: own } = graph[pick % graph.length] as CountedStage;
        const least = leastShardCounts(graph, deadlineMs).stages.get(id)?.leastShardCount ?? 0;
        const lengthAt = (count: number) => lengthWith(graph, (other) => (other === id ? count : COUNT_MAX));
        expect(lengthAt(least)).toBeLessThanOrEqual(deadlineMs);
        if (least > (own.counts[0] ?? 0)) expect(lengthAt(least - 1)).toBeGreaterThan(deadlineMs);
      }),
    );
  });

  it('follows the formula for one operation: T(N) = a + W/N + c·N', () => {
    // a = 500, W = 60,000, c = 10, d = 3,500: N = ceil((3,000 - sqrt(9e6 - 2.4e6)) / 20) = 22
    const estimate = { ...certainEstimate, perShardMs: 10 };
    const one = { id: 'one', after: [], curve: durationCurve(estimate, limits(1_000), CERTAIN) };
    expect(leastShardCounts([one], 3_500).totalCount).toBe(22);
  });

  it('follows the rule of the square roots along a chain', () => {
    // N = sqrt(W) · Σ sqrt(W) / (D - Σ a): works 4 : 1, so shards 2 : 1; 40,000 and 10,000 ms in 1,000 ms: 60 and 30
    const chain = [40_000, 10_000].map((workMs, index) => ({
      id: `s${index}`,
      after: index === 0 ? [] : ['s0'],
      curve: durationCurve({ ...certainEstimate, workMs, fixedMs: 0 }, limits(1_000), CERTAIN),
    }));
    const { stages: found, bound } = leastShardCounts(chain, 1_000);
    expect(found.get('s0')?.shardCount).toBeGreaterThanOrEqual(58);
    expect(found.get('s0')?.shardCount).toBeLessThanOrEqual(62);
    expect(bound).toBeGreaterThan(89.5); // the continuous optimum is 90; times are rounded to milliseconds
    expect(bound).toBeLessThanOrEqual(90.5);
  });

  it('refuses what no count can keep, and says what could be kept', () => {
    const one = { id: 'one', after: [], curve: durationCurve(certainEstimate, limits(10), CERTAIN) };
    expect(() => leastShardCounts([one], 6_000)).toThrow(
      expect.objectContaining({
        name: 'DeadlineUnreachable',
        message: expect.stringContaining('the earliest is 6500 ms'),
      }),
    );
    expect(leastShardCounts([one], 6_500).totalCount).toBe(10);
  });
});

const CERTAIN = { slowest: () => 1, total: 1 };

function curve(workMs: number): CountedStage['curve'] {
  return durationCurve({ ...certainEstimate, workMs }, limits(COUNT_MAX), CERTAIN);
}

function limits(cap: number) {
  return { floor: 1, cap, slotMax: cap, largestShare: (count: number) => 1 / count };
}

function lengthWith(graph: readonly CountedStage[], countOf: (id: string) => number): number {
  return criticalPath(
    graph.map(({ id, after, curve: { counts, timesMs } }) => ({
      id,
      after,
      durationMs: timesMs[counts.indexOf(countOf(id))] ?? Number.NaN,
    })),
  ).lengthMs;
}

function deadlineBetween(graph: readonly CountedStage[], tightness: number): number {
  const fastest = lengthWith(graph, () => COUNT_MAX);
  const slowest = lengthWith(graph, () => 1);
  return Math.ceil(slowest + (fastest - slowest) * tightness);
}

function leastByTrying(graph: readonly CountedStage[], deadlineMs: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let code = 0; code < COUNT_MAX ** graph.length; code += 1) {
    const counts = graph.map((_, index) => (Math.floor(code / COUNT_MAX ** index) % COUNT_MAX) + 1);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total >= best) continue;
    const byId = new Map(graph.map(({ id }, index) => [id, counts[index] ?? 0]));
    if (lengthWith(graph, (id) => byId.get(id) ?? 0) <= deadlineMs) best = total;
  }
  return best;
}
