import * as z from 'zod';
import { listPools } from '../lib/plan/list-pools.ts';
import { Plan } from '../lib/plan/plan.ts';
import { freeDeadSlots } from '../lib/recover/free-shards.ts';
import { missingSlots } from '../lib/run/missing-slots.ts';
import { readDocument } from '../lib/run/run-document.ts';
import { readSlots, writeSlot } from '../lib/run/slot-store.ts';
import { stage } from './stage.ts';

/** State `Dispatch`: starts the slots that the plan grants now and that do not run. */
export const handler = stage({
  name: 'dispatcher',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, services) {
    const { objects, table, executions, clock, settings } = services;
    await freeDeadSlots(run, services);
    const plan = await readDocument(objects, { run, name: 'plan' }, Plan);
    const now = clock.now();
    const pools = listPools(settings, new Set());
    for (const slot of missingSlots(plan, {
      pools,
      slots: await readSlots(table, run),
      now,
      startDelayMs: settings.startDelayMs,
    })) {
      const { functionName, ...record } = slot;
      await writeSlot(table, record);
      await executions.start('slot', slot.slot, {
        run,
        slot: slot.slot,
        pool: slot.pool,
        zone: slot.zone,
        memoryMiB: slot.memoryTierMiB,
        functionName,
      });
    }
    return { run, checkAt: new Date(clock.now() + settings.monitorMinMs).toISOString(), glance: null };
  },
});
