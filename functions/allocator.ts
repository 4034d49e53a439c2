import * as z from 'zod';
import { planRun } from '../lib/observe/plan-run.ts';
import { refusedRun } from '../lib/plan/refused-run.ts';
import { readZoneStarts } from '../lib/recover/zone-store.ts';
import { stage } from './stage.ts';

/** State `Allocate`: placement and priority of every shard, in the ledger before any slot starts. */
export const handler = stage({
  name: 'allocator',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, services) {
    const { clock, settings } = services;
    const { plan, stored } = await planRun(run, await readZoneStarts(services), services);
    if (stored.outcome === 'refused') throw refusedRun(plan, stored.earliestEndAt);
    const soonest = clock.now() + settings.monitorMinMs;
    const checkAt = stored.outcome === 'queued' ? Math.max(soonest, stored.freeAt) : soonest;
    return { run, outcome: stored.outcome, checkAt: new Date(checkAt).toISOString() };
  },
});
