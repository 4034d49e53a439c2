import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainValue } from '../../../lib/run/input/plain-value.ts';

describe('plainValue', () => {
  it.each([
    ['a small integer', 42n, 42],
    ['the largest integer that a double holds exactly', 2n ** 53n - 1n, 9_007_199_254_740_991],
    ['an integer beyond it', -(2n ** 53n), '-9007199254740992'],
    ['no number', Number.NaN, null],
    ['infinity', Number.POSITIVE_INFINITY, null],
    ['what is absent', undefined, null],
    ['bytes', Uint8Array.from([0, 255, 16]), 'AP8Q'],
    ['a list', [1n, undefined, [2n]], [1, null, [2]]],
    ['a structure', { a: 1n, b: { c: Uint8Array.from([1]) } }, { a: 1, b: { c: 'AQ==' } }],
  ])('makes JSON of %s', (_, value, plain) => {
    expect(plainValue(value)).toEqual(plain);
  });

  it('changes nothing that is JSON already', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(plainValue(value)).toEqual(value);
      }),
    );
  });

  it('gives what survives a round through JSON text, whatever a file holds', () => {
    const leaf = fc.oneof(fc.bigInt(), fc.double(), fc.string(), fc.boolean(), fc.constant(undefined), fc.uint8Array());
    const value = fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.string(), leaf));
    fc.assert(
      fc.property(value, (decoded) => {
        const plain = plainValue(decoded);
        expect(JSON.parse(JSON.stringify(plain, (_, part) => (Object.is(part, -0) ? 0 : part)))).toEqual(
          JSON.parse(JSON.stringify(plain)),
        );
        expect(JSON.stringify(JSON.parse(JSON.stringify(plain)))).toBe(JSON.stringify(plain));
      }),
    );
  });
});
