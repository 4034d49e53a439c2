import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedSlots, patentBacklog } from '../../lib/simulate/capacity-controllers.ts';
import { type QueueRequest, simulateQueue } from '../../lib/simulate/simulate-queue.ts';

const queue = (work: readonly (readonly [number, number])[], changes: Partial<QueueRequest> = {}) =>
  simulateQueue({
    work: work.map(([arrivesAt, workMs]) => ({ arrivesAt, workMs })),
    controller: fixedSlots(1),
    tickMs: 1_000,
    startDelayMs: 200,
    slotMax: 8,
    ...changes,
  });

describe('simulateQueue', () => {
  it('works off what comes, one after the other, once its slot has started', () => {
    const { endsAt, slotMs } = queue([
      [0, 500],
      [100, 500],
      [2_000, 300],
    ]);
    expect(endsAt).toEqual([700, 1_200, 2_300]);
    // asked for at the start, and there to the end
    expect(slotMs).toBe(2_300);
  });

  it('has no more slots than there are', () => {
    const work = Array.from({ length: 6 }, () => [0, 1_000] as const);
    expect(queue(work, { controller: fixedSlots(100), slotMax: 2 }).endsAt.at(-1)).toBe(200 + 3 * 1_000);
  });

  it('shows what a reactive controller costs: a start behind, and slots that nothing uses', () => {
    const work = Array.from({ length: 120 }, (_, at) => [at * 1_000, 500] as const);
    const slow = queue(work, { controller: patentBacklog(60_000), startDelayMs: 45_000 });
    expect(slow.endsAt[0]).toBe(45_500);
    const quick = queue(work, { controller: patentBacklog(60_000) });
    expect(quick.slotMs).toBeGreaterThan(2 * 120 * 500);
  });

  it('ends every piece after its arrival and its work, never more at once than slots', () => {
    const work = fc.array(fc.tuple(fc.nat(60_000), fc.integer({ min: 1, max: 5_000 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(work, fc.integer({ min: 1, max: 4 }), (given, slotMax) => {
        const sorted = given.toSorted(([a], [b]) => a - b);
        const { endsAt } = queue(sorted, { controller: patentBacklog(10_000), slotMax });
        const spans = sorted.map(([arrivesAt, workMs], at) => {
          const end = endsAt[at] ?? 0;
          expect(end).toBeGreaterThanOrEqual(arrivesAt + workMs);
          return { start: end - workMs, end };
        });
        for (const { start } of spans) {
          expect(spans.filter((one) => one.start <= start && start < one.end).length).toBeLessThanOrEqual(slotMax);
        }
      }),
    );
  });
});
