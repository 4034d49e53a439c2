import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { readCopies } from '../run/read-shards.ts';
import { endSlot, readSlots } from '../run/slot-store.ts';
import { stopHolders } from './stop-holders.ts';

const OVER = { name: 'Outrun', message: 'the run is over, and whoever still works in it was second' } as const;

/**
 * Stops the slots of a run that is over and had copies. Without copies nobody is left at work: slots see the end by
 * themselves. Whoever was second learns it with the next heartbeat, but a task that never lets go of its thread has none,
 * and would hold its slot for as long as its call may take.
 */
export async function stopSlots(
  run: RunId,
  services: Pick<Services, 'table' | 'clock' | 'settings' | 'executions'>,
): Promise<void> {
  const { table, executions } = services;
  const copies = await collect(readCopies(table, run));
  if (copies.length === 0) return;
  await stopHolders({ run, held: copies, failure: OVER }, services);
  for (const slot of await readSlots(table, run)) {
    if (slot.status !== 'STARTED') continue;
    await executions.stop('slot', slot.slot, OVER.message);
    await endSlot(table, slot);
  }
}
