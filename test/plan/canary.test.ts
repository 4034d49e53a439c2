import { describe, expect, it } from 'vitest';
import { type CanaryResult, judgeCanary } from '../../lib/plan/canary.ts';

const CANARY = { type: 'a@1', shards: ['a/0', 'a/1'], verdict: 'waiting' as const };
const GOOD: CanaryResult = { committed: true, covered: [true, true, true], costUsd: 1, predictedCostUsd: 1 };

describe('judgeCanary', () => {
  it('waits for every first shard', () => {
    expect(judgeCanary(CANARY, [])).toBe('waiting');
    expect(judgeCanary(CANARY, [GOOD])).toBe('waiting');
  });

  it('promotes when all committed within their intervals and their price', () => {
    expect(judgeCanary(CANARY, [GOOD, GOOD])).toBe('promoted');
    expect(judgeCanary(CANARY, [GOOD, { ...GOOD, covered: [true, true, false] }])).toBe('promoted');
  });

  it('demotes at once for a failed attempt', () => {
    expect(judgeCanary(CANARY, [{ ...GOOD, committed: false }])).toBe('demoted');
  });

  it('demotes for needs above their intervals and for twice the price', () => {
    expect(judgeCanary(CANARY, [GOOD, { ...GOOD, covered: [true, false, false] }])).toBe('demoted');
    expect(judgeCanary(CANARY, [GOOD, { ...GOOD, costUsd: 3.1 }])).toBe('demoted');
  });
});
