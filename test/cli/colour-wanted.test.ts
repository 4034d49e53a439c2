import { describe, expect, it } from 'vitest';
import { colourWanted } from '../../lib/cli/colour-wanted.ts';

describe('colourWanted', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('with a terminal %o and %o says %o', (isTTY, environment, wanted) => {
    expect(colourWanted({ isTTY }, environment)).toBe(wanted);
  });
});
