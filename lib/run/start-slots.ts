import { listPools } from '../plan/list-pools.ts';
import type { Plan } from '../plan/plan.ts';
import type { Services } from '../ports/services.ts';
import { missingSlots } from './missing-slots.ts';
import { readSlots, writeSlot } from './slot-store.ts';

/** Starts an execution for each slot that a plan grants now and that is not there; may be repeated. */
export async function startSlots(
  plan: Plan,
  { table, executions, clock, settings }: Pick<Services, 'table' | 'executions' | 'clock' | 'settings'>,
): Promise<void> {
  const missing = missingSlots(plan, {
    pools: listPools(settings, new Set()),
    slots: await readSlots(table, plan.run),
    now: clock.now(),
    startDelayMs: settings.startDelayMs,
  });
  for (const { functionName, ...record } of missing) {
    await writeSlot(table, record);
    await executions.start('slot', record.slot, {
      run: record.run,
      slot: record.slot,
      pool: record.pool,
      zone: record.zone,
      memoryMiB: record.memoryTierMiB,
      functionName,
    });
  }
}
