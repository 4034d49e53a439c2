import type { Pool } from '../plan/pool.ts';
import type { Services } from '../ports/services.ts';
import { endSlot, readSlots } from '../run/slot-store.ts';
import { type CarriedRun, endRun } from './end-run.ts';
import { freeShards } from './free-shards.ts';

const ABORTED = { name: 'WorkerDied', message: 'the run was aborted' } as const;

/** Stops every slot of a run, frees its shards, and ends it. A run that was never stored is left at that. */
export async function abortRun(
  { run, execution }: CarriedRun,
  pools: readonly Pool[],
  services: Services,
): Promise<void> {
  const { table, executions } = services;
  for (const slot of await readSlots(table, run)) {
    if (slot.status !== 'STARTED') continue;
    await executions.stop('slot', slot.slot, ABORTED.message);
    await freeShards({ slot, failure: ABORTED }, services);
    await endSlot(table, slot);
  }
  await endRun({ run, execution, outcome: 'aborted' }, pools, services);
}
