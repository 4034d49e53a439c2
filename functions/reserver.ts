import * as z from 'zod';
import { applyConcurrency } from '../lib/plan/apply-concurrency.ts';
import { concurrencyDemand } from '../lib/plan/concurrency-demand.ts';
import { reconcileConcurrency } from '../lib/plan/reconcile-concurrency.ts';
import { loadDemand } from '../lib/run/load-demand.ts';
import { endTurn, takeTurn } from '../lib/run/reserver-store.ts';
import { stage } from './stage.ts';

/** A plan looks this far ahead: the reserver's period and its writes. */
const LEAD_MS = 120_000;
const TURN_MS = 60_000;

/** State `Reserve`, and a schedule: reserved concurrency follows all active plans. The ledger does not wait for it. */
export const handler = stage({
  name: 'reserver',
  input: z.strictObject({ run: z.string().optional() }),
  async run(_, { table, objects, functions, clock, settings }, { awsRequestId: owner }) {
    const turn = await takeTurn(table, { owner, now: clock.now(), turnMs: TURN_MS });
    if (!turn) return { mode: 'skipped' as const };
    const { reservableLeft } = await functions.limits();
    const now = clock.now();
    const demand = await loadDemand({ table, objects, functions, settings });
    const reconciled = reconcileConcurrency({
      demands: concurrencyDemand({ ...demand, expectedCounts: new Map(), now, leadMs: LEAD_MS }),
      observed: demand.observed,
      reservableLeft,
      surplusSince: new Map(Object.entries(turn.surplusSince)),
      now,
    });
    const { lastWriteAt } = turn;
    const applied = await applyConcurrency(reconciled.steps, { functions, clock, lastWriteAt, reservableLeft });
    const surplusSince = Object.fromEntries(reconciled.surplusSince);
    await endTurn(table, owner, { lastWriteAt: applied.lastWriteAt, surplusSince });
    return { mode: reconciled.mode, steps: applied.log, unmet: reconciled.unmet };
  },
});
