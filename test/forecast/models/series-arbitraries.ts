import fc from 'fast-check';
import { seededRandom } from '../../../lib/core/random.ts';
import { standardNormal } from '../../../lib/core/standard-normal.ts';
import type { Series } from '../../../lib/forecast/model.ts';

const HOUR_MS = 3_600_000;

export function hourly(values: readonly number[]): Series {
  return { values, startedAt: 0, stepMs: HOUR_MS, seasons: [24, 168] };
}

/** A day's shape with a weekend and 5 % of noise, three weeks long: what models are made for. */
export function regular(length = 504): readonly number[] {
  const random = seededRandom(11);
  return Array.from({ length }, (_, t) => {
    const day = 100 + 50 * Math.sin((2 * Math.PI * t) / 24);
    return day * (t % 168 < 120 ? 1 : 0.6) * Math.exp(0.05 * standardNormal(random));
  });
}

/** Series that no model is made for, each with at least one finite value. */
export const NONSENSE: readonly (readonly [string, readonly number[]])[] = [
  ['one value', [42]],
  ['length 3', [1, 2, 4]],
  ['constant', new Array<number>(400).fill(7)],
  ['all zeros', new Array<number>(400).fill(0)],
  ['one value among zeros', Array.from({ length: 400 }, (_, t) => (t === 200 ? 5 : 0))],
  ['mostly gaps', Array.from({ length: 400 }, (_, t) => (t % 50 === 0 ? t : Number.NaN))],
  ['infinite values', regular().map((value, t) => (t % 37 === 0 ? Number.POSITIVE_INFINITY : value))],
  ['10^15', regular().map((value) => value * 1e13)],
  ['numbers with no square', [5e-324, Number.NaN, 5e-324, -3.5e-323]],
  ['10^-15', regular().map((value) => value * 1e-17)],
  [
    'forty days with two gaps of a day',
    regular(960).map((value, t) => ((t > 300 && t < 325) || (t > 700 && t < 725) ? Number.NaN : value)),
  ],
  ['a counter that resets', Array.from({ length: 600 }, (_, t) => (t % 250) * 1_000)],
  ['an exponential explosion', Array.from({ length: 300 }, (_, t) => 1.2 ** t)],
  ['negative and positive', regular().map((value, t) => (t % 2 === 0 ? value : -value))],
  ['a cliff to zero', regular().map((value, t) => (t > 480 ? 0 : value))],
];

/** Anything, gaps included. */
export function anySeries(): fc.Arbitrary<readonly number[]> {
  const value = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
    { weight: 1, arbitrary: fc.double() },
  );
  return fc.array(value, { minLength: 1, maxLength: 120 });
}
