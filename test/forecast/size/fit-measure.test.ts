import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitMeasure } from '../../../lib/forecast/size/fit-measure.ts';

const MEMORY = { resolution: 1, grows: false };

describe('fitMeasure', () => {
  it('does not let a need fall to nothing because small shards happened to need more', () => {
    // eleven shards of the flights example: nearly equal sizes, memory as the garbage collector left it
    const sizes = [1_226, 1_227, 1_228, 1_229, 1_230, 1_231, 1_232, 1_233, 1_234, 1_235, 1_236];
    const memory = [306, 295, 248, 241, 209, 207, 189, 180, 135, 133, 114];
    const fitted = fitMeasure(
      sizes.map((size, index) => ({ run: 'first', size, value: memory[index] ?? 0 })),
      MEMORY,
    );
    expect(fitted.predict(2_500, 0.9).point).toBeGreaterThanOrEqual(180);
  });

  it('never predicts less for more', () => {
    const measurement = fc.record({
      run: fc.constantFrom('a', 'b', 'c'),
      size: fc.integer({ min: 1, max: 1_000_000 }),
      value: fc.integer({ min: 0, max: 100_000 }),
    });
    fc.assert(
      fc.property(fc.array(measurement, { minLength: 1, maxLength: 30 }), (measurements) => {
        const fitted = fitMeasure(measurements, MEMORY);
        const sizes = measurements.map(({ size }) => size);
        const smallest = fitted.predict(Math.min(...sizes), 0.9).point;
        const beyond = fitted.predict(8 * Math.max(...sizes), 0.9).point;
        expect(beyond).toBeGreaterThanOrEqual(smallest * (1 - 1e-9));
      }),
    );
  });
});
