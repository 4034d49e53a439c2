import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { type EndTimesRequest, endTimes } from '../../lib/plan/end-times.ts';
import { planEndTimes } from '../../lib/plan/plan-end-times.ts';
import { shardGraph } from '../../lib/plan/shard-graph.ts';
import { taskGraph } from '../../lib/plan/task-graph.ts';
import { openShard, pool, request } from './requests.ts';

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);

/** Shards of types of their own, one after the other on a slot that is there. */
function chain(count: number, changes: Partial<EndTimesRequest>): EndTimesRequest {
  const nodes = Array.from({ length: count }, (_, node) => node);
  const capacity = {
    gains: [{ atMs: 0, vcpu: 1 }],
    grants: [{ fromMs: 0, untilMs: Number.POSITIVE_INFINITY, vcpu: 1 }],
    peakVcpu: 1,
    startDelayMs: 0,
    startedVcpu: 1,
  };
  return {
    graph: taskGraph(count, nodes.slice(0, -1), nodes.slice(1)),
    vcpus: new Float64Array(count).fill(1),
    keys: Float64Array.from(nodes),
    opensMs: new Float64Array(count),
    capacity,
    durationsMs: new Float64Array(count).fill(1_000),
    sigmas: new Float64Array(count).fill(0.5),
    typeOf: Int32Array.from(nodes),
    stragglerShares: new Float64Array(count),
    ...changes,
  };
}

describe('endTimes', () => {
  it('knows a chance that is stated to a few tenths of a point, however few samples were asked for', () => {
    // one lognormal shard with a median of 1 s: the chance of 1 s is one half
    const errorsOf = (statedMs: number | undefined) =>
      SEEDS.map((seed) => endTimes(chain(1, { drawMax: 1, statedMs }), seededRandom(seed)).chanceBy(1_000) - 0.5);
    const spread = (errors: readonly number[]) => Math.hypot(...errors) / Math.sqrt(errors.length);
    expect(spread(errorsOf(undefined))).toBeGreaterThan(0.03); // 40 samples
    // a standard error of 0.006, less what the even spread of the shared error saves; four of them for the worst
    expect(spread(errorsOf(1_000))).toBeLessThan(0.007);
    expect(Math.max(...errorsOf(1_000).map(Math.abs))).toBeLessThan(0.024);
  });

  it('is not slower to know what is certain', () => {
    const certain = chain(3, { sigmas: new Float64Array(3), statedMs: 3_000 });
    expect(endTimes(certain, seededRandom(1)).chanceBy(3_000)).toBe(1);
    expect(endTimes(certain, seededRandom(1)).chanceBy(2_999)).toBe(0);
  });
});

describe('planEndTimes', () => {
  it('lets shards be claimed in the order of their ranks, which knows whole milliseconds and then names', () => {
    const shards = [openShard('a/2', 20), openShard('a/0', 10), openShard('a/1', 10)];
    const asked = request(shards, { pools: [pool('a', 2)], vcpuMax: 2, startDelayMs: 0, deadlineAt: 1_000 });
    const place = { pool: '1769-a', readyMs: 0 };
    const placed = [20, 10, 10].map((durationMs, shard) => ({ ...place, shard, startMs: 0, endMs: durationMs }));
    const graph = shardGraph(shards, []);
    const granted = [{ pool: '1769-a', slotCount: 2, from: 0, until: 1_000 }];
    const endOf = (...keys: number[]) =>
      planEndTimes(asked, { placed, graph, keys: Float64Array.from(keys), granted }, seededRandom(1))?.endBy(1);
    expect(endOf(0, 1, 2)).toBe(20);
    expect(endOf(0.1, 0.2, 0.3)).toBe(30);
  });
});
