import * as z from 'zod';
import { allocationRequest } from '../lib/observe/allocation-request.ts';
import { loadAllocation } from '../lib/observe/load-allocation.ts';
import { allocate } from '../lib/plan/allocate.ts';
import { refusedRun } from '../lib/plan/refused-run.ts';
import { readOpenZones } from '../lib/recover/zone-store.ts';
import { storePlan } from '../lib/run/store-plan.ts';
import { stage } from './stage.ts';

/** State `Allocate`: placement and priority of every shard, in the ledger before any slot starts. */
export const handler = stage({
  name: 'allocator',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, services) {
    const { clock, settings } = services;
    const facts = await loadAllocation(run, await readOpenZones(services), services);
    const plan = allocate(allocationRequest(facts), services.random, { priority: services.priority });
    const stored = await storePlan({ ...facts, plan }, services);
    if (stored.outcome === 'refused') throw refusedRun(plan, stored.earliestEndAt);
    const soonest = clock.now() + settings.monitorMinMs;
    const checkAt = stored.outcome === 'queued' ? Math.max(soonest, stored.freeAt) : soonest;
    return { run, outcome: stored.outcome, checkAt: new Date(checkAt).toISOString() };
  },
});
