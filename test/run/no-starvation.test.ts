import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EpochMs } from '../../lib/core/quantity.ts';
import { releaseSlots } from '../../lib/plan/grant-slots.ts';
import type { Plan } from '../../lib/plan/plan.ts';
import type { PoolLedger } from '../../lib/plan/pool-ledger.ts';
import { claimKey } from '../../lib/plan/rank-shards.ts';
import { changeLedger } from '../../lib/run/ledger-store.ts';
import type { ShardRecord } from '../../lib/run/shard-record.ts';
import { type PlanToStore, storePlan } from '../../lib/run/store-plan.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { pool } from '../plan/requests.ts';

const MINUTE_MS = 60_000;
const POOL = pool('a', 4);
/** Between two looks of a run that has waited for 80 minutes. */
const LOOK_MOST_MS = 5 * MINUTE_MS;
const PROLONGED_MOST = 3;

interface Newcomer {
  readonly afterMs: number;
  readonly slotCount: number;
  readonly lengthMs: number;
  readonly slackMs: number;
  readonly priority: number;
  /** How often it is behind its plan, and asks for as long again. */
  readonly prolonged: number;
}

const newcomers: fc.Arbitrary<Newcomer> = fc.record({
  afterMs: fc.integer({ min: 10_000, max: 4 * MINUTE_MS }),
  slotCount: fc.integer({ min: 1, max: POOL.slotMax }),
  lengthMs: fc.integer({ min: MINUTE_MS, max: 5 * MINUTE_MS }),
  slackMs: fc.nat({ max: 10 * MINUTE_MS }),
  priority: fc.nat({ max: 9 }),
  prolonged: fc.nat({ max: PROLONGED_MOST }),
});

interface Run extends Newcomer {
  readonly name: string;
  readonly arrivedAt: EpochMs;
  readonly turnAt: EpochMs;
  generation: number;
  askAt: EpochMs;
  heldSince: EpochMs | undefined;
}

/** Runs that come one after the other to a pool, and go on coming: each asks the real ledger when it is told to. */
function stream(kinds: readonly Newcomer[]) {
  const services = memoryServices();
  const runs: Run[] = [];
  const own = { pool: { pool: POOL.id, slotMax: POOL.slotMax } };

  async function ask(run: Run, now: EpochMs): Promise<void> {
    if (run.heldSince !== undefined && run.generation > run.prolonged) {
      run.askAt = Number.POSITIVE_INFINITY;
      const decide = (ledger: PoolLedger) => ({ ledger: releaseSlots(ledger, run.name), answer: undefined });
      return changeLedger(services.table, { ...own, writer: `${run.name} ends`, decide });
    }
    const told = await storePlan(planOf(run, now), services);
    if (told.outcome === 'queued') {
      run.askAt = told.freeAt;
      return;
    }
    run.generation += 1;
    run.heldSince ??= now;
    run.askAt = now + run.lengthMs;
  }

  /** Until the run of that number has had slots, or as long as `untilAt` says. */
  return async (number: number, untilAt: (runs: readonly Run[]) => EpochMs): Promise<readonly Run[]> => {
    let [now, comesAt] = [0, 0];
    while (now <= untilAt(runs) && runs[number]?.heldSince === undefined) {
      const next = runs.reduce<Run | undefined>(
        (first, run) => (first && first.askAt <= run.askAt ? first : run),
        undefined,
      );
      const at = Math.min(comesAt, next?.askAt ?? comesAt);
      await services.clock.pass(at - now);
      now = at;
      if (next && next.askAt <= at) await ask(next, now);
      else {
        const run = arrive(kinds[runs.length % kinds.length] as Newcomer, { now, number: runs.length });
        runs.push(run);
        comesAt += run.afterMs;
      }
    }
    return runs;
  };
}

function arrive(kind: Newcomer, { now, number }: { readonly now: EpochMs; readonly number: number }): Run {
  const deadlineAt = now + kind.lengthMs + kind.slackMs;
  const turnAt = claimKey(kind.lengthMs, { deadlineAt, priority: kind.priority, hopeless: false });
  const name = `r${String(number).padStart(4, '0')}`;
  return { ...kind, name, turnAt, arrivedAt: now, askAt: now, generation: 0, heldSince: undefined };
}

function planOf(
  { name, generation, slotCount, lengthMs, turnAt, arrivedAt, heldSince }: Run,
  now: EpochMs,
): PlanToStore {
  const grants = [{ pool: POOL.id, slotCount, from: now, until: now + lengthMs }];
  const admission = { admitted: 'now' } as const;
  const plan = { run: name, generation: generation + 2, turnAt, grants, admission, canaries: [], placements: [] };
  return {
    plan: { ...plan, madeAt: now, deadlineAt: 0 } as unknown as Plan,
    definition: { startedAt: arrivedAt } as PlanToStore['definition'],
    sharding: {} as PlanToStore['sharding'],
    records: [{ state: heldSince === undefined ? 'READY' : 'RUNNING' } as ShardRecord],
    pools: [POOL],
  };
}

/** A run's turn, and then one after the other all that may go before it: those that came by then and whose turn is first. */
function boundOf(runs: readonly Run[], number: number): EpochMs {
  const run = runs[number];
  if (!run) return Number.POSITIVE_INFINITY;
  const turnAt = Math.max(run.arrivedAt, run.turnAt);
  const before = runs.filter(
    (one) => one.arrivedAt <= turnAt && (one.turnAt <= run.turnAt || one.arrivedAt <= run.arrivedAt),
  );
  return turnAt + before.reduce((sum, one) => sum + (1 + one.prolonged) * one.lengthMs + LOOK_MOST_MS, 0);
}

describe('runs that share a pool', () => {
  it('all get slots, however many come after them: each by its turn and what may go before it', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(newcomers, { minLength: 1, maxLength: 6 }),
        fc.nat({ max: 12 }),
        async (kinds, number) => {
          const runs = await stream(kinds)(number, (seen) => boundOf(seen, number));
          expect(runs[number]?.heldSince ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(boundOf(runs, number));
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
