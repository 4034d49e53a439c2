import { describe, expect, it } from 'vitest';
import { indexUnits } from '../../bench/cost/index-units.ts';

const at = (queue?: string, rank?: string) => ({ queue, rank });

describe('indexUnits', () => {
  it.each([
    ['an item that is in no queue costs nothing', undefined, at(), 0],
    ['entering a queue is one write', undefined, at('ready', '1'), 1],
    ['leaving it is one', at('ready', '1'), at(), 1],
    ['a change of what the index projects is one', at('ready', '1'), at('ready', '1'), 1],
    ['another rank takes one entry away and puts another', at('running', '1'), at('running', '2'), 2],
    ['so does another queue', at('ready', '1'), at('running', '1'), 2],
  ])('%s', (_, before, now, units) => {
    expect(indexUnits(before, now)).toBe(units);
  });
});
