import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeTargets } from '../../bench/runner/judge-targets.ts';

describe('judgeTargets', () => {
  it('is met exactly between its limits, both included', () => {
    const numbers = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(numbers, fc.option(numbers), fc.option(numbers), (measured, least, most) => {
        const target = { ...(least !== null && { atLeast: least }), ...(most !== null && { atMost: most }) };
        const [judgement] = judgeTargets({ figures: { it: measured }, targets: { it: target }, table: [] });
        const met = (least === null || measured >= least) && (most === null || measured <= most);
        expect(judgement?.ok).toBe(met ? 'yes' : 'no');
      }),
    );
  });

  it('is missed by a figure that is not there, or is no number', () => {
    const targets = { gone: { atMost: 1 }, odd: { atMost: 1 }, endless: { atLeast: 1 } };
    const figures = { odd: Number.NaN, endless: Number.POSITIVE_INFINITY };
    expect(judgeTargets({ figures, targets, table: [] }).map(({ ok }) => ok)).toEqual(['no', 'no', 'no']);
  });
});
