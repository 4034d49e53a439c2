import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../lib/reshard/candidate.ts';
import { decideReshard } from '../../lib/reshard/decide-reshard.ts';
import { waitingIsDearer } from '../../lib/reshard/waiting-is-dearer.ts';
import { withinChurn } from '../../lib/reshard/within-churn.ts';
import { operationOf, requestOf, running } from './requests.ts';

const candidate = (operation: string, gainUsd: number, churnMs: number): Candidate => ({
  ...{ change: 'copy', operation, shards: [], savedMs: 1, gainUsd, costUsd: 0, churnMs, worth: true, what: '' },
});
const taken = (at: number, churnMs: number) => ({
  ...{ at, change: 'copy', operation: 'x', gainUsd: 1, costUsd: 0, savedMs: 1, churnMs, taken: true, reason: '' },
});

describe('withinChurn', () => {
  it('takes the best gain for each millisecond of churn first, until a tenth of the slots’ minute is spent', () => {
    // ten slots: 60 s
    const all = [candidate('a', 1, 40_000), candidate('b', 1, 20_000), candidate('c', 1, 30_000)];
    expect([...withinChurn(all, requestOf([]))].map(({ operation }) => operation)).toEqual(['b', 'c']);
  });

  it('counts what was changed within the last minute', () => {
    const left = (at: number) =>
      withinChurn([candidate('a', 1, 10_000)], requestOf([], { earlier: [taken(at, 50_001)] })).size;
    expect(left(40_001)).toBe(0);
    expect(left(40_000)).toBe(1);
  });

  it('holds back a change that would have been made', () => {
    const slow = operationOf([running('op/0', 70_000)]);
    const [record] = decideReshard(requestOf([slow], { earlier: [taken(90_000, 60_000)] }));
    expect(record).toMatchObject({ taken: false });
    expect(record?.reason).toMatch(/^do not copy op\/0.*the churn is spent$/);
  });
});

describe('waitingIsDearer', () => {
  const prices = requestOf([]);
  const hung = running('op/0', 5_000, { startedAt: 80_000 });

  it('acts when the time beyond the prediction has cost as much as acting would', () => {
    // 10 s beyond, at 1e-6 USD of lateness and ten slots of 3e-8 USD a millisecond
    expect(waitingIsDearer(hung, 0.012_99, prices)).toBe(true);
    expect(waitingIsDearer(hung, 0.013_01, prices)).toBe(false);
  });

  it('pays at most twice what was best in hindsight, whenever the shard ends', () => {
    const costUsd = 0.01;
    const usdPerMs = 1.3e-6;
    for (let endsAfterMs = 100; endsAfterMs < 40_000; endsAfterMs += 100) {
      let paid = Number.NaN;
      for (let waitedMs = 0; Number.isNaN(paid); waitedMs += 1) {
        const acts = waitingIsDearer(hung, costUsd, { ...prices, now: 90_000 + waitedMs });
        if (acts || waitedMs === endsAfterMs) paid = waitedMs * usdPerMs + (acts ? costUsd : 0);
      }
      expect(paid).toBeLessThanOrEqual(2 * Math.min(costUsd, endsAfterMs * usdPerMs) + usdPerMs);
    }
  });

  it('says nothing of a shard whose cursor tells how fast it goes, or that is not late', () => {
    expect(waitingIsDearer({ ...hung, end: 10, cursor: 5 }, 0, prices)).toBe(false);
    expect(waitingIsDearer({ ...hung, startedAt: 95_000 }, 0, prices)).toBe(false);
  });
});
