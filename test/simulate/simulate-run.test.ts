import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { taskGraph } from '../../lib/plan/task-graph.ts';
import { fixedSlots } from '../../lib/simulate/capacity-controllers.ts';
import { RUN_CONTROLLERS, runController } from '../../lib/simulate/run-controllers.ts';
import { type RunSimulation, simulateRun } from '../../lib/simulate/simulate-run.ts';

const GRAPH = taskGraph(4, [0, 1, 3], [3, 3, 2]);

/** Shards 0 and 1 before shard 2, through a barrier: 1 s, 2 s, 3 s; one vCPU in each of two zones. */
function simulation(changes: Partial<RunSimulation> = {}): RunSimulation {
  return {
    graph: GRAPH,
    shardCount: 3,
    durationsMs: Float64Array.of(1_000, 2_000, 3_000),
    sigmas: new Float64Array(3),
    typeOf: new Int32Array(3),
    stragglerShares: new Float64Array(3),
    vcpus: Float64Array.of(1, 1, 1),
    stepVcpu: 1,
    keys: Float64Array.of(0, 1, 2),
    zoneVcpuMax: [1, 1],
    vcpuMax: 2,
    controller: () => fixedSlots(2),
    tickMs: 50,
    startDelayMs: 200,
    leaseMs: 500,
    ...changes,
  };
}

const random = () => seededRandom(1);

describe('simulateRun', () => {
  it('starts slots, waits for barriers, and ends when the last shard does', () => {
    expect(simulateRun(simulation(), random())).toMatchObject({ endMs: 5_200, lostCount: 0 });
    expect(simulateRun(simulation({ controller: () => fixedSlots(1) }), random()).endMs).toBe(6_200);
    expect(simulateRun(simulation({ keys: Float64Array.of(1, 0, 2), vcpuMax: 1 }), random()).endMs).toBe(6_200);
  });

  it('starts no shard before its input has arrived', () => {
    const opensMs = Float64Array.of(4_000, 0, 0);
    // shard 0 arrives at 4 s and takes 1 s, shard 2 comes after it and takes 3 s
    expect(simulateRun(simulation({ opensMs }), random()).endMs).toBe(8_000);
    // one that waits for others as well starts when both are there
    expect(simulateRun(simulation({ opensMs: Float64Array.of(0, 0, 6_000) }), random()).endMs).toBe(9_000);
  });

  it('does a shard again after the lease when its zone is lost, in the zone that is left', () => {
    // zone 0 has shard 0 (0.2 s to 1.2 s) and then nothing; shard 1 runs in zone 1 until 2.2 s
    const early = simulateRun(simulation({ zoneLoss: { zone: 0, atMs: 700 } }), random());
    // shard 0 comes back at 1.2 s, starts when zone 1 is free at 2.2 s, and shard 2 after it
    expect(early).toMatchObject({ endMs: 6_200, lostCount: 1 });
    expect([...early.busyMs]).toEqual([1_500, 2_000, 3_000]);
    const roomy = simulation({ zoneVcpuMax: [1, 2], zoneLoss: { zone: 0, atMs: 700 }, leaseMs: 5_000 });
    expect(simulateRun(roomy, random()).endMs).toBe(700 + 5_000 + 1_000 + 3_000);
    const late = simulateRun(simulation({ zoneLoss: { zone: 0, atMs: 1_500 } }), random());
    expect(late).toMatchObject({ endMs: 5_200, lostCount: 0 });
  });

  it('never ends when no zone is left', () => {
    const alone = simulation({ zoneVcpuMax: [1], zoneLoss: { zone: 0, atMs: 700 } });
    expect(simulateRun(alone, random()).endMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('draws stragglers of two to eight times', () => {
    const { busyMs } = simulateRun(simulation({ stragglerShares: new Float64Array(3).fill(0.999_999) }), random());
    for (const [shard, durationMs] of [1_000, 2_000, 3_000].entries()) {
      expect(busyMs[shard]).toBeGreaterThanOrEqual(2 * durationMs);
      expect(busyMs[shard]).toBeLessThanOrEqual(8 * durationMs);
    }
  });

  it('is a schedule under every controller: work fits the capacity, and no path is shorter than its shards', () => {
    const cases = fc.record({
      durationsMs: fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 12 }),
      chained: fc.boolean(),
      name: fc.constantFrom(...RUN_CONTROLLERS),
      slots: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(cases, ({ durationsMs, chained, name, slots }) => {
        const count = durationsMs.length;
        const from = chained ? durationsMs.slice(1).map((_, shard) => shard) : [];
        const grants = [{ fromMs: 200, untilMs: 10_000, vcpu: slots }];
        const { endMs, providedVcpuMs } = simulateRun(
          simulation({
            graph: taskGraph(
              count,
              from,
              from.map((shard) => shard + 1),
            ),
            shardCount: count,
            durationsMs: Float64Array.from(durationsMs),
            sigmas: new Float64Array(count),
            typeOf: new Int32Array(count),
            vcpus: new Float64Array(count).fill(1),
            keys: Float64Array.from(durationsMs, (_, shard) => shard),
            zoneVcpuMax: [2, 2],
            vcpuMax: slots,
            controller: () => runController(name, { grants, stepVcpu: 1, startDelayMs: 200 }),
          }),
          random(),
        );
        const workMs = durationsMs.reduce((sum, durationMs) => sum + durationMs, 0);
        const longestMs = chained ? workMs : Math.max(...durationsMs);
        expect(endMs).toBeGreaterThanOrEqual(200 + Math.max(workMs / slots, longestMs) - 1e-6);
        expect(providedVcpuMs).toBeGreaterThanOrEqual(workMs - 1e-6);
        expect(endMs).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 100 },
    );
  });
});
