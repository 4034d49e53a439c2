import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { runKey } from '../run/run-record.ts';
import { reopenRun } from './end-run.ts';
import { recoverRun } from './recover-run.ts';

/** Makes a run that was interrupted fit to go on: what dead workers held is free, what a crash cut off is finished. */
export async function resumeRun(run: RunId, services: Services): Promise<void> {
  if (!(await services.table.get(runKey(run)))) return;
  await reopenRun(run, services);
  await recoverRun(run, services);
}
