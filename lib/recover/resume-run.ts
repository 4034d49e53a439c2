import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { retryPoisoned } from '../run/retry-poisoned.ts';
import { runKey } from '../run/run-record.ts';
import { reopenRun } from './end-run.ts';
import { recoverRun } from './recover-run.ts';

/**
 * Makes a run that was interrupted, or ended without some of its shards, fit to go on: what dead workers held is free, what
 * a crash cut off is finished, what was set aside is tried again.
 */
export async function resumeRun(run: RunId, services: Services): Promise<void> {
  if (!(await services.table.get(runKey(run)))) return;
  await reopenRun(run, services);
  await recoverRun(run, services);
  await retryPoisoned(services.table, run, services.clock.now());
}
