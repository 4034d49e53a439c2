import { setTimeout as sleep } from 'node:timers/promises';
import type { DurationMs } from '../core/quantity.ts';
import { Plan } from '../plan/plan.ts';
import type { Execution } from '../ports/executions.ts';
import type { Services } from '../ports/services.ts';
import type { OperationProgress, RunProgress } from '../report/progress.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { hasDocument, readDocument } from '../run/run-document.ts';
import { runProgress } from '../run/run-progress.ts';

/** How often the execution is looked at, and how often the tables are. */
const EXECUTION_LOOK_MS = 25;
const TABLE_LOOK_MS = 250;
/** A look at the tables costs the machine that does the work: it may take this share of the time. */
const LOOK_SHARE = 1 / 20;

export interface WatchedRun {
  readonly run: string;
  /** The execution that carries it out: another one each time it is resumed. */
  readonly execution: string;
  readonly signal: AbortSignal;
  /** Between two looks at the execution. @default 25 ms */
  readonly executionLookMs?: DurationMs;
  /** Between two looks at the tables. @default 250 ms */
  readonly tableLookMs?: DurationMs;
}

/** What is asked how far a run has come. */
export interface Watched {
  readonly services: Pick<Services, 'objects' | 'table' | 'clock' | 'executions'>;
}

/** Waits for an execution to end, and tells what it sees of its run meanwhile; how one ended that succeeded is in its report. */
export async function watchRun(
  watched: Watched,
  { run, execution, signal, executionLookMs = EXECUTION_LOOK_MS, tableLookMs = TABLE_LOOK_MS }: WatchedRun,
  tell: (progress: RunProgress) => void,
): Promise<Execution | undefined> {
  const look = progressOf(watched, run);
  for (let nextLookAt = Date.now(); !signal.aborted; await sleep(executionLookMs)) {
    const state = await watched.services.executions.describe('workflow', execution);
    if (state?.status === 'SUCCEEDED') return state;
    if (state?.status !== 'RUNNING') {
      await look.then((progress) => progress().then((last) => last && tell(last)));
      return state;
    }
    if (Date.now() < nextLookAt) continue;
    const lookedAt = Date.now();
    const seen = await (await look)();
    if (seen) tell(seen);
    nextLookAt = Date.now() + Math.max(tableLookMs, (Date.now() - lookedAt) / LOOK_SHARE);
  }
  return undefined;
}

/** Nothing to tell until the run is planned. */
async function progressOf({ services }: Watched, run: string): Promise<() => Promise<RunProgress | undefined>> {
  const { objects, table, clock } = services;
  return async () => {
    if (!(await hasDocument(objects, { run, name: 'plan' }))) return undefined;
    const { startedAt, deadlineAt } = await readDocument(objects, { run, name: 'definition' }, RunDefinition);
    const plan = await readDocument(objects, { run, name: 'plan' }, Plan);
    const { operations } = await runProgress(table, run);
    return {
      operations: operations.map(
        ({ operation, total, done, running, poisoned, doomed }): OperationProgress => ({
          id: operation,
          total,
          done,
          running,
          failed: poisoned + doomed,
        }),
      ),
      elapsedMs: clock.now() - startedAt,
      expectedMs: plan.expectedEndAt - startedAt,
      deadlineMs: deadlineAt - startedAt,
    };
  };
}
