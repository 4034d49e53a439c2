import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName } from '../../lib/workflow/nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['a letter too many', 'joinn', 'join'],
    ['a letter too few', 'jin', 'join'],
    ['another letter', 'jojn', 'join'],
    ['two letters the wrong way round', 'jion', 'join'],
    ['another case', 'JOIN', 'join'],
  ])('sees through %s', (_, typed, meant) => {
    expect(nearestName(typed, ['clean', 'join', 'report'])).toBe(meant);
  });

  it('forgives one letter in a short name, two fifths of the longer one in a long name', () => {
    expect(nearestName('a', ['b'])).toBe('b');
    expect(nearestName('ab', ['cd'])).toBeUndefined();
    expect(nearestName('abcdefghij', ['abcdefWXYZ'])).toBe('abcdefWXYZ');
    expect(nearestName('abcdefghij', ['abcdeVWXYZ'])).toBeUndefined();
    expect(nearestName('parti', ['partitio'])).toBe('partitio');
  });

  it('takes the nearest, of equally near ones the first by code unit', () => {
    expect(nearestName('cleen', ['clear', 'clean'])).toBe('clean');
    expect(nearestName('bat', ['rat', 'cat'])).toBe('cat');
  });

  it('compares no names that are longer than 64 letters', () => {
    const long = 'x'.repeat(64);
    expect(nearestName(long, [long])).toBe(long);
    expect(nearestName(`${long}x`, [long])).toBeUndefined();
    expect(nearestName(long, [`${long}x`])).toBeUndefined();
  });

  it('finds a name that is there', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 8 }), (names) => {
        for (const name of names) expect(nearestName(name, names)).toBe(name);
      }),
    );
  });
});
