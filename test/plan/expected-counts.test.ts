import { describe, expect, it } from 'vitest';
import { Settings } from '../../lib/core/settings.ts';
import { expectedCounts } from '../../lib/plan/expected-counts.ts';
import { listPools } from '../../lib/plan/list-pools.ts';

const forecast = (...uppers: readonly number[]) => ({ startsAt: 1_000, stepMs: 100, uppers });
const pools = (zones: readonly string[], drained: readonly string[] = []) =>
  listPools(Settings.parse({ tiersMiB: [1_769, 3_538], zones: [...zones], slotMax: 8 }), new Set(drained));
const small = new Map([[1_769, 1]]);

describe('expectedCounts', () => {
  it('takes the highest upper bound of the steps that the lead time touches', () => {
    const counts = (now: number, leadMs: number) =>
      expectedCounts([{ ...forecast(1, 4, 7), tierShares: small }], { pools: pools([]), now, leadMs }).get(
        '1769-regional',
      );
    expect(counts(1_000, 100)).toBe(1);
    expect(counts(1_000, 101)).toBe(4);
    expect(counts(1_199, 2)).toBe(7);
    expect(counts(1_300, 1_000)).toBe(0);
  });

  it('spreads a tier over its open zones, and adds types up', () => {
    const both = [
      { ...forecast(4), tierShares: small },
      {
        ...forecast(6),
        tierShares: new Map([
          [1_769, 0.5],
          [3_538, 0.5],
        ]),
      },
    ];
    const at = { now: 1_000, leadMs: 1 };
    expect([...expectedCounts(both, { pools: pools(['a', 'b']), ...at })]).toEqual([
      ['1769-a', 4],
      ['1769-b', 4],
      ['3538-a', 2],
      ['3538-b', 2],
    ]);
    expect([...expectedCounts(both, { pools: pools(['a', 'b'], ['a']), ...at })]).toEqual([
      ['1769-b', 7],
      ['3538-b', 3],
    ]);
  });

  it('asks for no more than a pool can have', () => {
    const much = [{ ...forecast(1_000), tierShares: small }];
    expect(expectedCounts(much, { pools: pools([]), now: 1_000, leadMs: 1 }).get('1769-regional')).toBe(8);
  });
});
