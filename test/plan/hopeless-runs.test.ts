import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hopelessRuns, type RunDemand } from '../../lib/plan/hopeless-runs.ts';

const demands = fc
  .array(fc.record({ workMs: fc.integer({ min: 1, max: 20 }), deadlineAt: fc.integer({ min: 1, max: 60 }) }), {
    maxLength: 8,
  })
  .map((list) =>
    list.map(({ workMs, deadlineAt }, index) => ({ run: `r${index}`, workMs, deadlineAt, pathMs: 0, reserveMs: 0 })),
  );

describe('hopelessRuns', () => {
  it('gives up as few runs as any choice would have to, on one slot', () => {
    fc.assert(
      fc.property(demands, (runs) => {
        const hopeless = hopelessRuns(runs, 1, 0);
        expect(allInTime(runs.filter(({ run }) => !hopeless.has(run)))).toBe(true);
        expect(hopeless.size).toBe(runs.length - mostInTime(runs));
      }),
    );
  });

  it('gives up a run whose longest chain is too long, whatever the slots', () => {
    const runs = [{ run: 'long', workMs: 1, pathMs: 50, reserveMs: 0, deadlineAt: 1_049 }];
    expect(hopelessRuns(runs, 1_000, 1_000)).toEqual(new Set(['long']));
    expect(hopelessRuns(runs, 1_000, 999)).toEqual(new Set());
  });

  it('wants the work through as long before the deadline as the chain may become longer', () => {
    const large = { run: 'large', workMs: 60, pathMs: 10, reserveMs: 40, deadlineAt: 100 };
    const small = { run: 'small', workMs: 1, pathMs: 1, reserveMs: 1, deadlineAt: 100 };
    expect(hopelessRuns([large, small], 1, 0)).toEqual(new Set());
    expect(hopelessRuns([large, small], 1, 1)).toEqual(new Set(['large']));
    expect(hopelessRuns([{ ...large, reserveMs: 10 }, small], 1, 1)).toEqual(new Set());
  });
});

function allInTime(runs: readonly RunDemand[]): boolean {
  let atMs = 0;
  return runs
    .toSorted((a, b) => a.deadlineAt - b.deadlineAt)
    .every(({ workMs, deadlineAt }) => {
      atMs += workMs;
      return atMs <= deadlineAt;
    });
}

/** By trying every subset. */
function mostInTime(runs: readonly RunDemand[]): number {
  let most = 0;
  for (let subset = 0; subset < 1 << runs.length; subset += 1) {
    const chosen = runs.filter((_, index) => (subset >> index) & 1);
    if (chosen.length > most && allInTime(chosen)) most = chosen.length;
  }
  return most;
}
