import { describe, expect, it } from 'vitest';
import { whatIfLines } from '../../lib/cli/what-if-lines.ts';

const OWN = { shardCount: 3, expectedMs: 4_000, costUsd: 0.002, chance: 0.96 };

describe('whatIfLines', () => {
  it('puts deadlines that lead to one plan in one line, with the chance of each', () => {
    const lines = whatIfLines(
      [
        { deadlineMs: 60_000, plan: { ...OWN, chance: 0.9 } },
        { deadlineMs: 240_000, plan: { ...OWN, chance: 0.99 } },
        { deadlineMs: 480_000, plan: { ...OWN, shardCount: 2, costUsd: 0.001 } },
      ],
      OWN,
    );
    expect(lines).toEqual([
      'what if       a deadline of 1 min 00 s or 4 min 00 s: the same plan, chance 90 %, 99.0 %',
      '              a deadline of 8 min 00 s: 2 shards, $0.00100, ends after 4.0 s, 50 % cheaper, chance 96.0 %',
    ]);
  });

  it('says why there is no plan for a deadline', () => {
    expect(whatIfLines([{ deadlineMs: 500, refusal: 'the earliest is 700 ms' }], OWN)).toEqual([
      'what if       a deadline of 500 ms: the earliest is 700 ms',
    ]);
  });
});
