import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HYSTERESIS, type OpenOperation, type ReshardRequest } from '../../lib/reshard/candidate.ts';
import { decideReshard } from '../../lib/reshard/decide-reshard.ts';
import type { ReshardRecord } from '../../lib/reshard/reshard-record.ts';

type Open = OpenOperation['shards'][number];

const shard = fc.record({
  remainingMs: fc.integer({ min: 1, max: 60_000 }),
  units: fc.integer({ min: 1, max: 200 }),
  readShare: fc.double({ min: 0, max: 0.9, noNaN: true }),
  running: fc.boolean(),
});

/** An operation on some slots: as many shards run as there are slots at the most. */
const scenes = fc
  .record({
    shards: fc.array(shard, { minLength: 1, maxLength: 10 }),
    slotCount: fc.integer({ min: 1, max: 6 }),
    overheadMs: fc.integer({ min: 1, max: 2_000 }),
    slackMs: fc.integer({ min: 0, max: 5_000 }),
    lateChance: fc.double({ min: 0, max: 1, noNaN: true }),
    borders: fc.option(fc.array(fc.nat(200), { maxLength: 8 }), { nil: undefined }),
  })
  .map(({ shards, slotCount, overheadMs, slackMs, lateChance, borders }): ReshardRequest => {
    let runningCount = 0;
    const open = shards.map(({ remainingMs, units, readShare, running }, at): Open => {
      const runs = running && runningCount < slotCount;
      if (runs) runningCount += 1;
      return {
        id: `a/${at}`,
        operation: 'a',
        state: runs ? 'running' : 'waiting',
        start: 0,
        end: units,
        cursor: runs ? Math.floor(units * readShare) : 0,
        predictedMs: remainingMs,
        predictedUpperMs: remainingMs,
        remainingMs,
        freshMs: remainingMs,
        lastAttempt: false,
      };
    });
    const allowed = borders && [...new Set(borders)].sort((a, b) => a - b);
    const operation = {
      id: 'a',
      slackMs,
      overheadMs,
      readerCount: 3,
      shards: open,
      ...(allowed && { borders: allowed }),
    };
    const prices = { slotUsdPerMs: 3e-8, latenessUsdPerMs: 1e-6, requestUsd: 4e-7 };
    return {
      now: 0,
      operations: [operation],
      slotCount,
      slotMax: slotCount,
      startDelayMs: 0,
      ...prices,
      lateChance,
      copyCount: 0,
      copiesWon: 0,
      copiesEnded: 0,
      earlier: [],
    };
  });

/** When the last shard ends, event by event: whoever is free takes the longest that waits. */
function simulated(shards: readonly Pick<Open, 'state' | 'remainingMs'>[], slotCount: number): number {
  const ends = shards.filter(({ state }) => state === 'running').map(({ remainingMs }) => remainingMs);
  const queue = shards.filter(({ state }) => state === 'waiting').map(({ remainingMs }) => remainingMs);
  queue.sort((a, b) => b - a);
  const busy = [...ends];
  let last = Math.max(0, ...ends);
  let now = 0;
  while (queue.length > 0) {
    if (busy.length >= slotCount) {
      busy.sort((a, b) => a - b);
      now = busy.shift() ?? now;
    }
    const end = now + (queue.shift() ?? 0);
    busy.push(end);
    last = Math.max(last, end);
  }
  return last;
}

/** The operation after the cuts: each head goes on where it is, each tail waits and pays its start. */
function afterCuts({ shards, overheadMs }: OpenOperation, cuts: NonNullable<ReshardRecord['cuts']>): readonly Open[] {
  const cutsAt = new Map(cuts.map((cut) => [cut.shard, cut.cutsAt]));
  return shards.flatMap((shard) => {
    const edges = [...(cutsAt.get(shard.id) ?? []), shard.end];
    const msOf = (units: number) => (shard.remainingMs * units) / (shard.end - shard.cursor);
    const tails = edges.slice(1).map((end, tail): Open => {
      return { ...shard, state: 'waiting', remainingMs: msOf(end - (edges[tail] ?? end)) + overheadMs };
    });
    return [{ ...shard, remainingMs: msOf((edges[0] ?? shard.end) - shard.cursor) }, ...tails];
  });
}

describe('decideReshard', () => {
  it('cuts only where the operation really ends sooner, by what it says, inside the range and at a border', () => {
    let takenCount = 0;
    let severalCount = 0;
    let togetherCount = 0;
    fc.assert(
      fc.property(scenes, (request) => {
        const [operation] = request.operations;
        const decision = decideReshard(request).find(({ cuts }) => cuts);
        if (!operation || !decision?.cuts) return;
        if (decision.cuts.length > 1) togetherCount += 1;
        if ((decision.cutsAt?.length ?? 0) > 1) severalCount += 1;
        for (const { shard: id, cutsAt } of decision.cuts) {
          const victim = operation.shards.find((one) => one.id === id);
          if (!victim) throw new Error('it cuts a shard that is not there');
          expect(cutsAt.length).toBeGreaterThan(0);
          for (const at of cutsAt) {
            expect(at).toBeGreaterThan(victim.cursor);
            expect(at).toBeLessThan(victim.end);
            if (operation.borders) expect(operation.borders).toContain(at);
          }
        }
        const before = simulated(operation.shards, request.slotCount);
        const after = simulated(afterCuts(operation, decision.cuts), request.slotCount);
        const savedMs = Math.max(0, before - after - operation.slackMs);
        // sums of doubles in another order
        expect(decision.savedMs).toBeCloseTo(savedMs, 6);
        if (!decision.taken) return;
        takenCount += 1;
        expect(after).toBeLessThan(before);
        expect(decision.gainUsd).toBeGreaterThan((1 + HYSTERESIS) * decision.costUsd);
      }),
      { numRuns: 1_500 },
    );
    // it has something to say
    expect(takenCount).toBeGreaterThan(50);
    expect(severalCount).toBeGreaterThan(20);
    expect(togetherCount).toBeGreaterThan(3);
  });

  it('never says that a cut saves less because more depends on it', () => {
    fc.assert(
      fc.property(scenes, fc.double({ min: 0, max: 1, noNaN: true }), (request, more) => {
        const taken = (lateChance: number) => decideReshard({ ...request, lateChance }).some((one) => one.taken);
        if (taken(request.lateChance)) expect(taken(Math.min(1, request.lateChance + more))).toBe(true);
      }),
    );
  });
});
