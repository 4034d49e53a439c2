import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liftedShares } from '../../lib/plan/lifted-shares.ts';

/** Shares of the two resources in twentieths of a bin. */
const tasks = fc.array(fc.record({ vcpu: fc.integer({ min: 0, max: 20 }), memory: fc.integer({ min: 0, max: 20 }) }), {
  minLength: 1,
  maxLength: 9,
});

describe('liftedShares', () => {
  it('measures no set of tasks that fits a bin as more than one bin', () => {
    fc.assert(
      fc.property(tasks, (list) => {
        const ofBin = [shares(list.map(({ vcpu }) => vcpu)), shares(list.map(({ memory }) => memory))];
        for (const lifted of liftedShares(ofBin, ofBin)) {
          for (let set = 0; set < 1 << list.length; set += 1) {
            const inside = [...list.keys()].filter((task) => (set >> task) & 1);
            const fits = ofBin.every((one) => total(one, inside) <= 1 + 1e-9);
            if (fits) expect(total(lifted, inside)).toBeLessThanOrEqual(1 + 1e-6);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('counts what a large task keeps out: nine tenths of a processor leave room for one of ten that share the memory', () => {
    const ofBin = [Float64Array.of(0.9, 0.1, 0.1), Float64Array.of(0.01, 0.1, 0.1)];
    const [lifted] = liftedShares(ofBin, [Float64Array.of(0.01, 0.1, 0.1)]);
    expect(lifted?.[0]).toBeCloseTo(0.9, 6); // the rounding that the rooms are widened by
    expect(lifted?.[1]).toBe(0.1);
  });

  it('lifts nothing when no task is above a half', () => {
    const ofBin = [Float64Array.of(0.5, 0.5), Float64Array.of(0.2, 0.3)];
    expect(liftedShares(ofBin, ofBin)).toEqual([]);
  });
});

function shares(twentieths: readonly number[]): Float64Array {
  return Float64Array.from(twentieths, (one) => one / 20);
}

function total(measure: Float64Array, inside: readonly number[]): number {
  return inside.reduce((sum, task) => sum + (measure[task] ?? 0), 0);
}
