import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { allocate } from '../../lib/plan/allocate.ts';
import type { AllocateRequest } from '../../lib/plan/allocate-request.ts';
import { planBound } from '../../lib/plan/plan-bound.ts';
import { shardGraph } from '../../lib/plan/shard-graph.ts';
import { sizeShards } from '../../lib/plan/size-shards.ts';
import { openShard, pool, request, shardGraphs } from './requests.ts';

function boundOf(asked: AllocateRequest, knownMs: number): number {
  return planBound(asked, { graph: shardGraph(asked.shards, []), sized: sizeShards(asked) }, knownMs);
}

const FAR_MS = 1_000_000_000;

it('is what equal shards take in turns: by the slots of their tier, by all vCPUs, after the start', () => {
  const six = Array.from({ length: 6 }, (_, index) => openShard(`work/${index}`, 1_000));
  expect(boundOf(request(six), FAR_MS)).toBe(2_000);
  expect(boundOf(request(six, { vcpuMax: 3, pools: [pool('a', 3), pool('b', 3)] }), FAR_MS)).toBe(2_000);
  expect(boundOf(request(six, { pools: [pool('a', 1), pool('b', 1)], startDelayMs: 200 }), FAR_MS)).toBe(3_200);
  expect(boundOf(request(six, { pools: [pool('a', 1), pool('b', 6, 7_076)] }), FAR_MS)).toBe(6_000);
});

it('is never above a plan, whatever is not looked at beyond it', () => {
  fc.assert(
    fc.property(shardGraphs(), fc.integer({ min: 4, max: 12 }), fc.nat(500), (shards, vcpuMax, startDelayMs) => {
      const fresh = shards.map(({ running: _none, ...shard }) => shard);
      const pools = [1_769, 3_538, 7_076].flatMap((tier) => [pool('a', 2, tier), pool('b', 1, tier)]);
      const asked = request(fresh, { vcpuMax, startDelayMs, pools });
      const { expectedEndAt } = allocate(asked, seededRandom(1));
      expect(boundOf(asked, FAR_MS)).toBeLessThanOrEqual(expectedEndAt + 1e-6 * expectedEndAt);
      expect(boundOf(asked, expectedEndAt)).toBeLessThanOrEqual(expectedEndAt);
    }),
    { numRuns: 60 },
  );
});
