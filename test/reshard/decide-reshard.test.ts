import { describe, expect, it } from 'vitest';
import type { ReshardRequest } from '../../lib/reshard/candidate.ts';
import { decideReshard } from '../../lib/reshard/decide-reshard.ts';

const shard = (id: string, remainingMs: number, state: 'waiting' | 'running' = 'waiting') => ({
  id,
  operation: 'clean',
  state,
  start: 0,
  end: 1_000,
  cursor: 0,
  predictedMs: remainingMs,
  predictedUpperMs: remainingMs * 1.5,
  remainingMs,
  freshMs: remainingMs,
  lastAttempt: false,
});

const request = (change: Partial<ReshardRequest> = {}): ReshardRequest => ({
  now: 100_000,
  operations: [
    {
      id: 'clean',
      slackMs: 0,
      overheadMs: 500,
      readerCount: 2,
      shards: [shard('clean/0', 40_000), shard('clean/1', 5_000)],
    },
  ],
  slotCount: 2,
  slotMax: 3,
  startDelayMs: 0,
  slotUsdPerMs: 2.9e-8,
  latenessUsdPerMs: 1e-6,
  requestUsd: 4e-7,
  lateChance: 0.9,
  copyCount: 0,
  copiesWon: 0,
  copiesEnded: 0,
  earlier: [],
  ...change,
});

describe('decideReshard', () => {
  it('cuts the longest waiting shard where both halves end together', () => {
    const [decision] = decideReshard(request());
    expect(decision).toMatchObject({ shard: 'clean/0', change: 'split-waiting', taken: true, cutsAt: [506] });
    // the end moves from 40 s to the head's 20.24 s (506 of 1,000 units)
    expect(decision?.savedMs).toBeCloseTo(40_000 - 20_260, -2);
    expect(decision?.gainUsd).toBeGreaterThan(decision?.costUsd ?? Number.POSITIVE_INFINITY);
  });

  it('cuts into as many parts as find a slot, those that must start first included', () => {
    const decision = decideReshard(request({ slotMax: 6 }))[0];
    // the head and four tails: (40 s + 4 x 0.5 s) / 5
    expect(decision?.cutsAt).toHaveLength(4);
    expect(decision?.savedMs).toBeCloseTo(40_000 - 8_400, -2);
    expect(decision?.reason).toMatch(/^split clean\/0 at 21 % into 5: -31.6 s/);
  });

  it('counts the start of a slot that the run does not hold', () => {
    const [held] = decideReshard(request({ slotCount: 3 }));
    const [started] = decideReshard(request({ startDelayMs: 4_000 }));
    expect(held?.taken).toBe(true);
    expect((held?.savedMs ?? 0) - (started?.savedMs ?? 0)).toBeCloseTo(2_000, -2);
  });

  it('keeps the shard when every slot is busy anyway: the work does not end sooner', () => {
    const busy = Array.from({ length: 16 }, (_, index) => shard(`clean/${index}`, 10_000));
    const operations = [{ id: 'clean', slackMs: 0, overheadMs: 500, readerCount: 2, shards: busy }];
    expect(decideReshard(request({ operations, slotCount: 4, slotMax: 4 })).filter(({ taken }) => taken)).toEqual([]);
  });

  it('keeps the shard when the operation has slack for it', () => {
    const operations = request().operations.map((operation) => ({ ...operation, slackMs: 60_000 }));
    const decision = decideReshard(request({ operations, slotUsdPerMs: 0 }))[0];
    expect(decision).toMatchObject({ savedMs: 0, taken: false });
  });

  it('does not touch an operation again within its cool-down', () => {
    const [first] = decideReshard(request());
    const earlier = first ? [first] : [];
    expect(decideReshard(request({ earlier, now: 100_999 }))).toEqual([]);
    expect(decideReshard(request({ earlier, now: 101_000 }))).toHaveLength(1);
  });

  it('weighs a running shard by what is left beyond its cursor', () => {
    const running = { ...shard('clean/0', 20_000, 'running'), cursor: 500 };
    const operations = [{ id: 'clean', slackMs: 0, overheadMs: 500, readerCount: 2, shards: [running] }];
    const decision = decideReshard(request({ operations, slotMax: 2 }))[0];
    expect(decision).toMatchObject({ change: 'split-running', taken: true });
    expect(decision?.cutsAt?.[0]).toBeGreaterThan(750);
  });
});
