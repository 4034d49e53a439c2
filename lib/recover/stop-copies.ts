import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { copyQueue, parseShard } from '../run/shard-record.ts';
import { stopHolders } from './stop-holders.ts';

const OVER = { name: 'Outrun', message: 'the run is over, and a copy at work in it can win nothing' } as const;

/**
 * Stops the slots that still work at copies of a run that is over. A copy learns of it with its heartbeat, but one whose
 * task never lets go of its thread would hold its slot for as long as its call may take.
 */
export async function stopCopies(
  run: RunId,
  services: Pick<Services, 'table' | 'clock' | 'settings' | 'executions'>,
): Promise<void> {
  const held = (await services.table.queryQueue({ queue: copyQueue(run) })).map(parseShard);
  await stopHolders({ run, held, failure: OVER }, services);
}
