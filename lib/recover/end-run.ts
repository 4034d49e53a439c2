import type { RunId } from '../core/ids.ts';
import { releaseSlots } from '../plan/grant-slots.ts';
import type { Pool } from '../plan/pool.ts';
import type { Services } from '../ports/services.ts';
import { isCarriedBy, leaveRun } from '../run/active-run.ts';
import { changeLedger } from '../run/ledger-store.ts';
import { runKey } from '../run/run-record.ts';

/** A run, and the execution that carries it out. */
export interface CarriedRun {
  readonly run: RunId;
  readonly execution: string;
}

/**
 * Ends a run: no slot goes on for it, and what it held in the ledger is free. May be repeated: a run that has left the list
 * of active ones gave all back before, and what another execution took since is not for this one to give.
 */
export async function endRun(
  { run, execution, outcome }: CarriedRun & { readonly outcome: string },
  pools: readonly Pool[],
  { table, clock, random }: Pick<Services, 'table' | 'clock' | 'random'>,
): Promise<void> {
  if (!(await isCarriedBy(table, { run, execution }))) return;
  const ended = { outcome, endedAt: clock.now() };
  const set = await table.update(
    runKey(run),
    { set: { state: 'ENDED', ...ended } },
    { attribute: 'state', equals: 'OPEN' },
  );
  // a run that was not created whole stays so: whoever resumes it has to go on with its creation
  if (!set.applied) await table.update(runKey(run), { set: ended }, { attribute: 'state', equals: 'CREATING' });
  for (const pool of pools) {
    await changeLedger(table, {
      pool: { pool: pool.id, slotMax: pool.slotMax },
      writer: `${run}:end:${random()}`,
      decide(ledger) {
        const held = ledger.holds.some((hold) => hold.run === run);
        const waits = ledger.waits?.some((wait) => wait.run === run);
        return held || waits ? { ledger: releaseSlots(ledger, run), answer: undefined } : { answer: undefined };
      },
    });
  }
  // Last: until all is given back the sweep must know of the run.
  await leaveRun(table, { run, execution });
}

/** Opens a run again that ended before its work was done, so that it can be resumed. */
export async function reopenRun(run: RunId, { table }: Pick<Services, 'table'>): Promise<void> {
  await table.update(
    runKey(run),
    { set: { state: 'OPEN' }, remove: ['outcome', 'endedAt'] },
    {
      all: [
        { attribute: 'state', equals: 'ENDED' },
        { attribute: 'outcome', oneOf: ['aborted', 'incomplete'] },
      ],
    },
  );
}
