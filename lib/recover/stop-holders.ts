import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import type { ShardFailure, ShardRecord } from '../run/shard-record.ts';
import { endSlot, readSlots } from '../run/slot-store.ts';
import { freeShards } from './free-shards.ts';

/** Shards and copies that are not to be worked at any more, and why. */
export interface Holding {
  readonly run: RunId;
  readonly held: readonly ShardRecord[];
  readonly failure: ShardFailure;
}

/** Stops the slots whose workers hold one of these, frees what they hold, and ends them. */
export async function stopHolders(
  { run, held, failure }: Holding,
  services: Pick<Services, 'table' | 'clock' | 'settings' | 'executions'>,
): Promise<void> {
  const running = held.filter(({ state }) => state === 'RUNNING');
  if (running.length === 0) return;
  const owners = new Set(running.map(({ owner = '' }) => owner.slice(0, owner.lastIndexOf(':'))));
  for (const slot of await readSlots(services.table, run)) {
    if (slot.status !== 'STARTED' || !owners.has(slot.slot)) continue;
    await services.executions.stop('slot', slot.slot, failure.message);
    await freeShards({ slot, failure }, services);
    await endSlot(services.table, slot);
  }
}
