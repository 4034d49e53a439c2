import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type QuantileSketch, quantileSketch, type SketchState } from '../../lib/tasks/flights/quantile-sketch.ts';

/** Magnitudes over 600 powers of ten, both signs, zero, and small whole numbers that come more than once. */
const values = fc.oneof(
  fc.integer({ min: -30, max: 30 }),
  fc.double({ min: -1e300, max: 1e300, noNaN: true }),
  fc
    .tuple(fc.integer({ min: -290, max: 290 }), fc.double({ min: -9.9, max: 9.9, noNaN: true }))
    .map(([power, digits]) => {
      return digits * 10 ** power;
    }),
);
const inputs = fc.array(values, { minLength: 1, maxLength: 60 });
const relativeErrors = fc.constantFrom(0.001, 0.01, 0.05, 0.3);
const probabilities = fc.oneof(fc.constantFrom(0, 0.5, 0.95, 0.99, 1), fc.double({ min: 0, max: 1, noNaN: true }));

/** The logarithm of a value at a bucket's border is off by a few units of its last of 16 digits, times up to 700. */
const ROUNDING = 1e-12;

describe('quantileSketch', () => {
  it('is at most the relative error off the value of that rank', () => {
    fc.assert(
      fc.property(inputs, relativeErrors, probabilities, (input, relativeError, probability) => {
        const [estimate] = sketchOf(input, relativeError).quantiles([probability]) as [number];
        const exact = [...input].sort((a, b) => a - b)[Math.floor(probability * (input.length - 1))] as number;
        // what is below 1e-300 counts as zero
        const bound = Math.abs(exact) * (relativeError + ROUNDING) + 1e-300;
        expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 500 },
    );
  });

  it('merges to the sketch of the union, in any order and through JSON', () => {
    fc.assert(
      fc.property(
        fc.array(inputs, { minLength: 1, maxLength: 6 }),
        relativeErrors,
        fc.nat(),
        (parts, relativeError, turn) => {
          const states = parts.map((part) => throughJson(sketchOf(part, relativeError).state()));
          const merged = quantileSketch(relativeError);
          const first = turn % states.length;
          for (const state of [...states.slice(first), ...states.slice(0, first)]) merged.merge(state);
          expect(merged.state()).toEqual(sketchOf(parts.flat().reverse(), relativeError).state());
        },
      ),
    );
  });

  it('reads a known series: 1 to 100 within one per cent', () => {
    const sketch = sketchOf(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.01,
    );
    // ranks 49, 94 and 98 of 0 to 99
    const [p50, p95, p99] = sketch.quantiles([0.5, 0.95, 0.99]) as [number, number, number];
    expect(Math.abs(p50 - 50)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(p95 - 95)).toBeLessThanOrEqual(0.95);
    expect(Math.abs(p99 - 99)).toBeLessThanOrEqual(0.99);
  });

  it('stays small: values over a factor of 100 take about 230 buckets at one per cent', () => {
    const sketch = quantileSketch(0.01);
    for (let step = 0; step < 100_000; step += 1) sketch.add(1 + step * 0.00099);
    // log(100) / log(1.01 / 0.99) = 230.3
    expect(sketch.state().positive.length / 2).toBeLessThanOrEqual(232);
  });

  it('names what it cannot do', () => {
    const sketch = sketchOf([1], 0.01);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1e301])
      expect(() => sketch.add(bad)).toThrow(/cannot count/);
    for (const bad of [0, 1, Number.NaN]) expect(() => quantileSketch(bad)).toThrow(/relative error/);
    expect(() => sketch.quantiles([1.1])).toThrow(/no quantile 1.1/);
    expect(() => quantileSketch(0.01).quantiles([0.5])).toThrow(/without values/);
    expect(() => sketch.merge(sketchOf([1], 0.02).state())).toThrow(/0.01 and 0.02 cannot be merged/);
    expect(sketch.state()).toEqual(sketchOf([1], 0.01).state());
  });
});

function sketchOf(input: readonly number[], relativeError: number): QuantileSketch {
  const sketch = quantileSketch(relativeError);
  for (const value of input) sketch.add(value);
  return sketch;
}

function throughJson(state: SketchState): SketchState {
  return JSON.parse(JSON.stringify(state));
}
