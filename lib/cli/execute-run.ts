import type { ChaosSpec } from '../adapters/embedded/chaos-spec.ts';
import { type EmbeddedRuntime, startEmbedded } from '../adapters/embedded/embedded-runtime.ts';
import type { EmbeddedSettings } from '../adapters/embedded/machine-settings.ts';
import { requireResumable } from '../recover/require-resumable.ts';
import { finalProgress } from '../report/final-progress.ts';
import type { RunProgress } from '../report/progress.ts';
import { RunReport } from '../report/run-report.ts';
import { documentLocation, hasDocument, readDocument } from '../run/run-document.ts';
import { failureOfExecution } from './failure-of-execution.ts';
import { handlers } from './handlers.ts';
import { loadModule, tasksEntry } from './load-extensions.ts';
import { watchRun } from './watch-run.ts';

export interface RunRequest {
  readonly run: string;
  /** Nothing when a run is resumed. */
  readonly workflow?: unknown;
  readonly signal: AbortSignal;
  tell(progress: RunProgress): void;
}

/** Where and with what a run is carried out on this machine. */
export interface RunPlace {
  readonly home: string;
  /** A module that exports `tasks`. @default the built-in tasks */
  readonly tasks?: string | undefined;
  readonly settings?: EmbeddedSettings;
  readonly chaos?: ChaosSpec | undefined;
}

/**
 * Starts the embedded runtime with all stages.
 *
 * @throws {ForeshardError} `InvalidInput` when the module of the tasks is none
 */
export async function startRuntime({ home, tasks, settings, chaos }: RunPlace): Promise<EmbeddedRuntime> {
  await loadModule(tasks);
  return startEmbedded({ home, handlers, tasksEntry: tasksEntry(tasks), chaos, ...(settings && { settings }) });
}

/**
 * Carries a run out, or goes on with one.
 *
 * @returns its report; nothing when the signal ended it first: it can be resumed
 * @throws {ForeshardError} `InvalidInput` when nothing can go on under this name; the error that ended its execution, by
 *   name and message
 */
export async function executeRun(runtime: EmbeddedRuntime, request: RunRequest): Promise<RunReport | undefined> {
  const { run, workflow, signal, tell } = request;
  const { executions, services } = runtime;
  await requireResumable(run, workflow, services);
  const execution = workflow === undefined ? `${run}-${services.clock.now()}` : run;
  await executions.start('workflow', execution, { run, ...(workflow !== undefined && { workflow }) });
  const ended = await watchRun(runtime, { run, execution, signal }, tell);
  if (ended === undefined) return undefined;
  if (ended.status !== 'SUCCEEDED') {
    if (workflow !== undefined) await forgetUnplanned(run, services);
    throw failureOfExecution(ended);
  }
  const report = await readDocument(services.objects, { run, name: 'report' }, RunReport);
  tell(finalProgress(report));
  return report;
}

/** A run that was refused before it was cut has nothing to go on with: its name is free again. */
async function forgetUnplanned(run: string, { objects }: EmbeddedRuntime['services']): Promise<void> {
  if (await hasDocument(objects, { run, name: 'sharding' })) return;
  await objects.delete(documentLocation(run, 'definition'));
}
