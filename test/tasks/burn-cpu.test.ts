import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { burnCpu, SLICE_MS } from '../../lib/tasks/burn-cpu.ts';

/** How far the clock of these tests goes on with each look. */
const LOOK_MS = 0.25;

describe('burnCpu', () => {
  it('uses the amount, no more than a look beyond it, and gives a turn in every slice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 300, noNaN: true }), async (amountMs) => {
        const turnsMs: number[] = [];
        const clock = lookingClock();
        await burnCpu(amountMs, {
          signal: new AbortController().signal,
          cpuMs: clock.cpuMs,
          yieldTurn: async () => void turnsMs.push(clock.seenMs()),
        });
        expect(clock.seenMs()).toBeGreaterThanOrEqual(amountMs);
        expect(clock.seenMs()).toBeLessThanOrEqual(amountMs + 4 * LOOK_MS);
        const gaps = turnsMs.map((turn, index) => turn - (turnsMs[index - 1] ?? 0));
        expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(SLICE_MS + 4 * LOOK_MS);
      }),
      { numRuns: 30 },
    );
  });

  it('stops within a slice once the signal aborts', async () => {
    const controller = new AbortController();
    const clock = lookingClock();
    await burnCpu(10_000, {
      signal: controller.signal,
      cpuMs: clock.cpuMs,
      yieldTurn: async () => {
        if (clock.seenMs() > 100) controller.abort();
      },
    });
    expect(clock.seenMs()).toBeLessThanOrEqual(100 + 2 * SLICE_MS);
  });
});

/** CPU time that passes by being looked at. */
function lookingClock() {
  let seenMs = -LOOK_MS;
  return {
    cpuMs: () => {
      seenMs += LOOK_MS;
      return seenMs;
    },
    seenMs: () => seenMs,
  };
}
