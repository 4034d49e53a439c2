import type { RunId } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { Pool } from '../plan/pool.ts';
import type { Services } from '../ports/services.ts';
import { type ActiveRun, closeRun, readActiveRuns } from '../run/active-run.ts';
import { abortRun } from './abort-run.ts';

/** Who clears up after an execution. */
export interface Closer {
  /** Unique among those who may do so at once. */
  readonly closer: string;
  /** How long it may live: who has not freed a run by then has died over it. */
  readonly closingMs: DurationMs;
}

/** An execution that is over or ends now, and who clears up after it. */
export interface EndedExecution extends Closer {
  readonly execution: string;
}

/**
 * Frees what an execution held, whatever its run is called: a resumed one has another name than its execution. A run that
 * was taken over by the next execution, or is cleared up by another one, is left alone.
 *
 * @returns the run that was aborted
 */
export async function abortExecution(
  { execution, ...closer }: EndedExecution,
  pools: readonly Pool[],
  services: Services,
): Promise<RunId | undefined> {
  const active = (await readActiveRuns(services.table)).find((one) => one.execution === execution);
  return active && (await abortActive(active, closer, { pools, services })) ? active.run : undefined;
}

/** @returns false when it is not for this closer to do */
export async function abortActive(
  active: ActiveRun,
  closer: Closer,
  { pools, services }: { readonly pools: readonly Pool[]; readonly services: Services },
): Promise<boolean> {
  const { table, clock } = services;
  if (!(await closeRun(table, active, { ...closer, now: clock.now() }))) return false;
  await abortRun(active, pools, services);
  return true;
}
