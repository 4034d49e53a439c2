import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inParallel } from '../../lib/core/in-parallel.ts';

describe('inParallel', () => {
  it('keeps the order of the values, and never has more at once than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (turns, atOnceMax) => {
          let atOnce = 0;
          let most = 0;
          const results = await inParallel(turns, atOnceMax, async (count) => {
            atOnce += 1;
            most = Math.max(most, atOnce);
            for (let one = 0; one < count; one += 1) await turn();
            atOnce -= 1;
            return count * 10;
          });
          expect(results).toEqual(turns.map((count) => count * 10));
          expect(most).toBe(Math.min(most, atOnceMax));
          if (turns.length > 0) expect(most).toBeGreaterThan(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('starts nothing more after a failure, and throws it', async () => {
    const started: number[] = [];
    const work = async (value: number) => {
      started.push(value);
      await turn();
      if (value === 1) throw new Error('at 1');
    };
    await expect(inParallel([0, 1, 2, 3, 4, 5], 2, work)).rejects.toThrow('at 1');
    await turn();
    expect(started.length).toBeLessThan(6);
  });
});
