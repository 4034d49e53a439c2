import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideReshard,
  HYSTERESIS,
  type OpenOperation,
  type ReshardRequest,
} from '../../lib/reshard/decide-reshard.ts';

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

/** The operation after the cuts: the head goes on where it is, each tail waits and pays its start. */
function afterCuts({ shards, overheadMs }: OpenOperation, victim: Open, cutsAt: readonly number[]): readonly Open[] {
  const msOf = (units: number) => (victim.remainingMs * units) / (victim.end - victim.cursor);
  const edges = [...cutsAt, victim.end];
  const tails = cutsAt.map((at, tail): Open => {
    return { ...victim, state: 'waiting', remainingMs: msOf((edges[tail + 1] ?? at) - at) + overheadMs };
  });
  const head = { ...victim, remainingMs: msOf((edges[0] ?? victim.end) - victim.cursor) };
  return [...shards.filter(({ id }) => id !== victim.id), head, ...tails];
}

describe('decideReshard', () => {
  it('cuts only where the operation really ends sooner, by what it says, inside the range and at a border', () => {
    let takenCount = 0;
    let severalCount = 0;
    fc.assert(
      fc.property(scenes, (request) => {
        const [operation] = request.operations;
        const [decision] = decideReshard(request);
        if (!operation || !decision) return;
        const victim = operation.shards.find(({ id }) => id === decision.shard);
        const cutsAt = decision.cutsAt ?? [];
        if (cutsAt.length > 1) severalCount += 1;
        if (!victim) throw new Error('it cuts a shard that is not there');
        expect(cutsAt.length).toBeGreaterThan(0);
        for (const at of cutsAt) {
          expect(at).toBeGreaterThan(victim.cursor);
          expect(at).toBeLessThan(victim.end);
          if (operation.borders) expect(operation.borders).toContain(at);
        }
        const before = simulated(operation.shards, request.slotCount);
        const after = simulated(afterCuts(operation, victim, cutsAt), request.slotCount);
        const savedMs = Math.max(0, before - after - operation.slackMs);
        // sums of doubles in another order
        expect(decision.savedMs).toBeCloseTo(savedMs, 6);
        if (!decision.taken) return;
        takenCount += 1;
        expect(after).toBeLessThan(before);
        expect(decision.gainUsd).toBeGreaterThan((1 + HYSTERESIS) * decision.costUsd);
      }),
      { numRuns: 1_000 },
    );
    // it has something to say
    expect(takenCount).toBeGreaterThan(50);
    expect(severalCount).toBeGreaterThan(20);
  });

  it('never says that a cut saves less because more depends on it', () => {
    fc.assert(
      fc.property(scenes, fc.double({ min: 0, max: 1, noNaN: true }), (request, more) => {
        const [calm] = decideReshard(request);
        const [urgent] = decideReshard({ ...request, lateChance: Math.min(1, request.lateChance + more) });
        if (calm?.taken) expect(urgent?.taken).toBe(true);
      }),
    );
  });
});
