import { describe, expect, it } from 'vitest';
import type { ShardAttempt } from '../../lib/profile/shard-attempt.ts';
import { zoneOutcomes } from '../../lib/recover/zone-outcomes.ts';

const attempt = (zone: string, endedAt: number, error?: string) =>
  ({
    zone,
    startedAt: endedAt - 10,
    durationMs: 10,
    outcome: error === undefined ? 'committed' : 'failed',
    ...(error !== undefined && { error }),
  }) as ShardAttempt;

describe('zoneOutcomes', () => {
  it('counts by zone what speaks for it and what speaks against it', () => {
    const attempts = [
      attempt('az1', 15),
      attempt('az1', 16, 'WorkerDied'),
      attempt('az1', 17, 'TaskFailed'),
      attempt('az1', 18, 'OutOfMemory'),
      attempt('az2', 19, 'StoreUnavailable'),
    ];
    expect([...zoneOutcomes(attempts, { since: 0, now: 20 })]).toEqual([
      ['az1', { at: 20, goodCount: 1, badCount: 1 }],
      ['az2', { at: 20, goodCount: 0, badCount: 1 }],
    ]);
  });

  it('counts every attempt in exactly one of two looks', () => {
    const attempts = [5, 10, 11, 20, 21].map((endedAt) => attempt('az1', endedAt));
    const count = (since: number, now: number) => zoneOutcomes(attempts, { since, now }).get('az1')?.goodCount;
    expect([count(0, 10), count(10, 20), count(20, 30), count(30, 40)]).toEqual([2, 2, 1, undefined]);
  });
});
