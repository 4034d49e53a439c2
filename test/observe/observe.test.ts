import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lateChance } from '../../lib/observe/late-chance.ts';
import { nextCheck } from '../../lib/observe/next-check.ts';
import { pace, remainingMs } from '../../lib/observe/pace.ts';
import { rootPace } from '../../lib/observe/root-pace.ts';

const running = {
  id: 'clean/0',
  operation: 'clean',
  state: 'running' as const,
  start: 0,
  end: 100,
  cursor: 0,
  startedAt: 1_000,
  predictedMs: 10_000,
  predictedUpperMs: 15_000,
};

describe('pace', () => {
  it('is 1 while nothing has finished, and approaches actual over predicted', () => {
    expect(pace([])).toBe(1);
    const slow = Array.from({ length: 100 }, () => ({ predictedMs: 1_000, actualMs: 2_000 }));
    expect(pace(slow)).toBeCloseTo(2, 1);
    expect(pace(slow.slice(0, 1))).toBeCloseTo(1.5, 6);
  });
});

describe('remainingMs', () => {
  it('judges a worker by its cursor once it has moved', () => {
    // a quarter taken in 5 s, two seconds of it ahead, and a tenth as predicted: 8 s for 35 %
    expect(remainingMs({ ...running, cursor: 25 }, 6_000, 1)).toBeCloseTo(8_000 / 0.35 - 5_000, 6);
    // near the end half a second is ahead: 9.5 s for 105 %
    expect(remainingMs({ ...running, cursor: 95 }, 9_000, 1)).toBeCloseTo(9_500 / 1.05 - 8_000, 6);
  });

  it('finds the rest of a worker that takes half of it ahead, one to four seconds, wherever it is in its shard', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6_000, max: 600_000 }),
        fc.double({ min: 0.02, max: 0.8, noNaN: true }),
        (wholeMs, share) => {
          const [elapsedMs, rest] = [wholeMs * share, wholeMs * (1 - share)];
          const ahead = Math.min(2_000, Math.max(500, rest / 4));
          const shard = { ...running, end: 1e9, cursor: (1e9 * (elapsedMs + ahead)) / wholeMs, predictedMs: wholeMs };
          expect(remainingMs(shard, running.startedAt + elapsedMs, 1) / rest).toBeCloseTo(1, 6);
        },
      ),
    );
  });

  it('takes what was claimed at once for no measure', () => {
    expect(remainingMs({ ...running, cursor: 3 }, 1_100, 1)).toBe(9_900);
  });

  it('expects an unmoved worker to keep to its prediction, and to be as late again as it is late', () => {
    expect(remainingMs(running, 4_000, 1)).toBe(7_000);
    expect(remainingMs(running, 31_000, 1)).toBe(20_000);
  });

  it('takes the pace of the run for what waits', () => {
    expect(remainingMs({ ...running, state: 'waiting' }, 4_000, 1.5)).toBe(15_000);
  });
});

describe('rootPace', () => {
  const part = { takenShare: 0.5, predictedMs: 4_000, startedAt: 1_000, workedUntil: 9_000 };

  it('expects of the parts of a shard what was seen of some', () => {
    expect(rootPace([part])).toBe(4);
    expect(rootPace([part, { ...part, takenShare: 1, workedUntil: 5_000 }])).toBe(2);
  });

  it('knows nothing before something was taken, and takes speed for no promise', () => {
    expect(rootPace([])).toBe(1);
    expect(rootPace([{ ...part, takenShare: 0 }])).toBe(1);
    expect(rootPace([{ ...part, workedUntil: 1_100 }])).toBe(1);
  });
});

describe('nextCheck', () => {
  it('looks sooner the less is left, within its bounds', () => {
    const bounds = { monitorMinMs: 1_000, monitorMaxMs: 60_000 };
    expect(nextCheck(0, 200_000, bounds)).toBe(10_000);
    expect(nextCheck(0, 5_000, bounds)).toBe(1_000);
    expect(nextCheck(9, -50, bounds)).toBe(1_009);
    expect(nextCheck(0, 9e9, bounds)).toBe(60_000);
  });
});

describe('lateChance', () => {
  it('is a half when the rest takes just the time that is left', () => {
    // the error function's approximation in simple-statistics is good to about 1e-7
    expect(lateChance(10_000, 10_000, 0.2)).toBeCloseTo(0.5, 6);
  });

  it('falls as more time is left and rises with the work', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.nat(1e5),
        (rest, left, more) => {
          expect(lateChance(rest, left + more, 0.3)).toBeLessThanOrEqual(lateChance(rest, left, 0.3) + 1e-12);
        },
      ),
    );
  });

  it('is certain when nothing is left to do', () => {
    expect(lateChance(0, 5, 0.2)).toBe(0);
    expect(lateChance(0, -5, 0.2)).toBe(1);
  });
});
