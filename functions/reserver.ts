import * as z from 'zod';
import { applyConcurrency } from '../lib/plan/apply-concurrency.ts';
import { concurrencyDemand } from '../lib/plan/concurrency-demand.ts';
import { expectedCounts } from '../lib/plan/expected-counts.ts';
import { reconcileConcurrency } from '../lib/plan/reconcile-concurrency.ts';
import { leftReservations, reservationDrift } from '../lib/plan/reservation-drift.ts';
import { zoneMetrics } from '../lib/plan/zone-metrics.ts';
import { readExpected } from '../lib/run/arrival-store.ts';
import { loadDemand } from '../lib/run/load-demand.ts';
import { loadProvisioned, provisionWindows } from '../lib/run/provision-windows.ts';
import { endTurn, startReserver, stopReserver, takeTurn } from '../lib/run/reserver-store.ts';
import { stage } from './stage.ts';

/** A plan looks this far ahead: the reserver's period and its writes. */
const LEAD_MS = 120_000;
const TURN_MS = 60_000;
/** Writes end before the turn does: this call may live longer than its turn, and clocks differ. */
const WRITES_MS = 50_000;

/**
 * State `Reserve`, and a schedule: reserved concurrency follows all active plans. The ledger does not wait for it. A person
 * may order it to stop: the kill switch.
 */
export const handler = stage({
  name: 'reserver',
  input: z.strictObject({ run: z.string().optional(), order: z.enum(['stop', 'go']).optional() }),
  async run({ order }, { table, objects, functions, provisioning, metrics, clock, settings }, { awsRequestId: owner }) {
    if (order) await (order === 'stop' ? stopReserver : startReserver)(table, 'operator');
    const begunAt = clock.now();
    const turn = await takeTurn(table, { owner, now: begunAt, turnMs: TURN_MS });
    if (!turn) return { mode: 'skipped' as const };
    const { reservableLeft } = await functions.limits();
    const now = clock.now();
    const demand = await loadDemand({ table, objects, functions, settings });
    const expected = expectedCounts(await readExpected(table), { ...demand, now, leadMs: LEAD_MS });
    const bought = await loadProvisioned(provisioning, { ...demand, now, leadMs: LEAD_MS });
    const { countsByPool: provisionedCounts } = bought;
    const reconciled = reconcileConcurrency({
      demands: concurrencyDemand({ ...demand, expectedCounts: expected, provisionedCounts, now, leadMs: LEAD_MS }),
      observed: demand.observed,
      reservableLeft,
      surplusSince: new Map(Object.entries(turn.surplusSince)),
      now,
    });
    const { lastWriteAt } = turn;
    const until = begunAt + WRITES_MS;
    const applied = await applyConcurrency(reconciled.steps, { functions, clock, lastWriteAt, reservableLeft, until });
    for (const line of zoneMetrics({ ...demand, reserved: demand.observed, at: now })) metrics.emit(line);
    const surplusSince = Object.fromEntries(reconciled.surplusSince);
    const left = leftReservations(demand.observed, applied.log);
    await endTurn(table, owner, { lastWriteAt: applied.lastWriteAt, surplusSince, left });
    // Last: a schedule that could not be written must not keep reservations from being right.
    const mayBuy = reconciled.mode === 'reserving';
    const provisioned = await provisionWindows(provisioning, { demand, bought, settings, mayBuy, now: clock.now() });
    const drift = reservationDrift(turn.left, demand.observed);
    return { mode: reconciled.mode, steps: applied.log, unmet: reconciled.unmet, drift, provisioned };
  },
});
