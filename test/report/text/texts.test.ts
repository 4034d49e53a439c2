import { describe, expect, it } from 'vitest';
import { bytesText } from '../../../lib/report/text/bytes-text.ts';
import { costText } from '../../../lib/report/text/cost-text.ts';
import { countText } from '../../../lib/report/text/count-text.ts';
import { durationText } from '../../../lib/report/text/duration-text.ts';
import { pathText } from '../../../lib/report/text/path-text.ts';
import { plainText } from '../../../lib/report/text/plain-text.ts';
import { shareText } from '../../../lib/report/text/share-text.ts';

describe('durationText', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [12_345, '12.3 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_600, '1 h 00 min'],
    [7_440_000, '2 h 04 min'],
    [86_340_000, '23 h 59 min'],
    [86_399_000, '1 d 00 h'],
    [277_200_000, '3 d 05 h'],
    [-1_500, '−1.5 s'],
  ])('writes %d ms as %s', (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });
});

describe('bytesText', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1.0 KiB'],
    [1_500_000, '1.4 MiB'],
    [24_696_061_952, '23 GiB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});

describe('costText', () => {
  it.each([
    [0, '$0.00'],
    [12.4, '$12.40'],
    [0.05214, '$0.0521'],
    [0.000123, '$0.000123'],
    [-0.5, '−$0.500'],
  ])('writes %d dollars as %s', (costUsd, text) => {
    expect(costText(costUsd)).toBe(text);
  });
});

describe('countText', () => {
  it.each([
    [7, '7'],
    [1_769, '1,769'],
    [3_000_000, '3,000,000'],
  ])('writes %d as %s', (count, text) => {
    expect(countText(count)).toBe(text);
  });
});

describe('shareText', () => {
  it.each([
    [0, '0 %'],
    [0.0001, '0.1 %'],
    [0.83, '83 %'],
    [0.992, '99.2 %'],
    [0.99999, '99.9 %'],
    [1, '100 %'],
  ])('writes %d as %s', (share, text) => {
    expect(shareText(share)).toBe(text);
  });
});

describe('pathText', () => {
  it('names every operation of a short path, and both ends of a long one', () => {
    expect(pathText(['clean', 'join', 'report'])).toBe('clean → join → report');
    const long = Array.from({ length: 1_500 }, (_, index) => `o${index}`);
    expect(pathText(long)).toBe('o0 → o1 → o2 → o3 → o4 → o5 → 1,491 more → o1497 → o1498 → o1499');
  });
});

describe('plainText', () => {
  it('takes away what could move the cursor or break the line', () => {
    expect(plainText('a\u001b[2Jb\nc\u009b1md')).toBe('a [2Jb c 1md');
  });
});
