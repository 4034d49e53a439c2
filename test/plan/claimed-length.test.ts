import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimedLength } from '../../lib/plan/claimed-length.ts';
import type { CapacityOverTime, VcpuGain } from '../../lib/plan/granted-capacity.ts';
import { listSchedule } from '../../lib/plan/list-schedule.ts';
import { taskGraph } from '../../lib/plan/task-graph.ts';

/** Slots that start at once and stay, as many as may be. */
function steady(gains: readonly VcpuGain[], vcpu: number): CapacityOverTime {
  const grants = [{ fromMs: 0, untilMs: Number.POSITIVE_INFINITY, vcpu }];
  return { gains, grants, peakVcpu: vcpu, startDelayMs: 0, startedVcpu: 0 };
}

describe('claimedLength', () => {
  it('lasts as long as the list schedule of the same order', () => {
    const task = fc.record({
      durationMs: fc.integer({ min: 1, max: 1_000 }),
      key: fc.nat({ max: 1_000 }),
      large: fc.boolean(),
      after: fc.nat({ max: 1_000 }),
      waits: fc.boolean(),
      opensMs: fc.constantFrom(0, 0, 300, 2_000),
    });
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 9 }), (tasks, vcpuMax) => {
        const waiting = tasks.map((one, index) => ({ ...one, index })).filter(({ waits, index }) => waits && index > 0);
        const from = waiting.map(({ after, index }) => after % index);
        const graph = taskGraph(
          tasks.length,
          from,
          waiting.map(({ index }) => index),
        );
        const keys = Float64Array.from(tasks, ({ key }, index) => key + index / 1_000);
        const durationsMs = Float64Array.from(tasks, ({ durationMs }) => durationMs);
        const opensMs = Float64Array.from(tasks, ({ opensMs: opens }) => opens);
        const classes = [1, 2].map((vcpu) => ({ vcpu, memoryMiB: 0, bins: [0] }));
        const classOf = Int32Array.from(tasks, ({ large }) => (large ? 1 : 0));
        const { makespanMs } = listSchedule(
          { graph, durationsMs, releasesMs: opensMs, classOf, classes, bins: [{ vcpu: vcpuMax, memoryMiB: 0 }] },
          keys,
        );
        const vcpus = Float64Array.from(tasks, ({ large }) => (large ? 2 : 1));
        const lengthOf = claimedLength({
          graph,
          keys,
          vcpus,
          opensMs,
          capacity: steady([{ atMs: 0, vcpu: vcpuMax }], vcpuMax),
        });
        expect(lengthOf(durationsMs)).toBe(makespanMs);
        expect(lengthOf(durationsMs)).toBe(makespanMs);
      }),
    );
  });

  it('waits for what other runs give back, and never ends where there is no room', () => {
    const graph = taskGraph(2, [], []);
    const [keys, vcpus, durationsMs] = [Float64Array.of(0, 1), Float64Array.of(1, 1), Float64Array.of(1_000, 500)];
    const opensMs = Float64Array.of(0, 0);
    const gains = [
      { atMs: 600, vcpu: 1 },
      { atMs: 900, vcpu: 1 },
    ];
    expect(claimedLength({ graph, keys, vcpus, opensMs, capacity: steady(gains, 2) })(durationsMs)).toBe(1_600);
    expect(claimedLength({ graph, keys, vcpus, opensMs, capacity: steady(gains.slice(0, 1), 2) })(durationsMs)).toBe(
      2_100,
    );
    expect(
      claimedLength({ graph, keys, opensMs, vcpus: Float64Array.of(1, 2), capacity: steady(gains.slice(0, 1), 2) })(
        durationsMs,
      ),
    ).toBe(Number.POSITIVE_INFINITY);
  });

  it('waits for a start again when slots were idle after their grant, and not within it', () => {
    // 0 and 1 before 2 and 3, two slots granted until 2 s, a start of 600 ms; 0 takes 1 s, 1 takes 1 s or 5 s
    const graph = taskGraph(5, [0, 1, 4, 4], [4, 4, 2, 3]);
    const keys = Float64Array.of(0, 1, 2, 3, 4);
    const vcpus = Float64Array.of(1, 1, 1, 1, 0);
    const grants = [{ fromMs: 600, untilMs: 2_600, vcpu: 2 }];
    const capacity = { gains: [{ atMs: 0, vcpu: 2 }], grants, peakVcpu: 2, startDelayMs: 600, startedVcpu: 0 };
    const lengthOf = claimedLength({ graph, keys, vcpus, opensMs: new Float64Array(5), capacity });
    expect(lengthOf(Float64Array.of(1_000, 1_000, 900, 900, 0))).toBe(600 + 1_000 + 900);
    // at 5.6 s one slot is there, the other starts again
    expect(lengthOf(Float64Array.of(1_000, 5_000, 900, 900, 0))).toBe(5_600 + 600 + 900);
  });

  it('lets a slot go on through a barrier, though its grant is over', () => {
    // 0, then a barrier, then 1; one slot, granted until 1 s
    const graph = taskGraph(3, [0, 2], [2, 1]);
    const grants = [{ fromMs: 600, untilMs: 1_000, vcpu: 1 }];
    const capacity = { gains: [{ atMs: 0, vcpu: 1 }], grants, peakVcpu: 1, startDelayMs: 600, startedVcpu: 0 };
    const [keys, vcpus, opensMs] = [Float64Array.of(0, 1, 2), Float64Array.of(1, 1, 0), new Float64Array(3)];
    const lengthOf = claimedLength({ graph, keys, vcpus, opensMs, capacity });
    expect(lengthOf(Float64Array.of(2_000, 500, 0))).toBe(600 + 2_000 + 500);
  });
});
