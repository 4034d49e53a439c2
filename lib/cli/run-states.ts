import { glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { folderObjectStore } from '../adapters/embedded/folder-object-store.ts';
import { homeFolders } from '../adapters/embedded/home-folders.ts';
import { isHeld } from '../adapters/embedded/home-lock.ts';
import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Admission } from '../plan/admit.ts';
import { Plan } from '../plan/plan.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { RunReport } from '../report/run-report.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { hasDocument, readDocument } from '../run/run-document.ts';
import { runFolder } from './run-folder.ts';

/** A run of this machine, by what lies in its folder: it can be looked at while another process works on it. */
export interface RunState {
  readonly run: string;
  readonly workflow: string;
  /** The outcome of what has ended; `open` is what no report ends: it runs, or was interrupted; `refused` never ran. */
  readonly state: RunReport['outcome'] | 'open' | 'refused';
  readonly startedAt: EpochMs;
  readonly deadlineAt: EpochMs;
  /** When it ended, or is planned to end. */
  readonly endAt?: EpochMs;
  /** Of the last plan; nothing before the first. */
  readonly plan?: {
    readonly admission: Admission;
    readonly generation: number;
    readonly chance: number;
    readonly costUsd: number;
  };
  /** Since the start, or until the end. */
  readonly elapsedMs: DurationMs;
}

export interface HomeState {
  /** Some process works in the folder now. */
  readonly working: boolean;
  /** The newest first. */
  readonly runs: readonly RunState[];
}

/** The runs under a home with their states; nothing is locked and nothing is changed. */
export async function runStates(home: string, now: EpochMs): Promise<HomeState> {
  const files = await collect(glob(join(runFolder(home, '*'), 'definition.json')));
  const objects = folderObjectStore({ root: homeFolders(home).objects });
  const runs = await Promise.all(files.map((file) => runState(objects, basename(dirname(file)), now)));
  return { working: await isHeld(home), runs: runs.sort((a, b) => b.startedAt - a.startedAt) };
}

/**
 * What has become of one run, by its documents.
 *
 * @throws {ForeshardError} `MissingObject` when there is no such run
 */
export async function runState(objects: ObjectStore, run: RunId, now: EpochMs): Promise<RunState> {
  const { workflow, startedAt, deadlineAt } = await readDocument(objects, { run, name: 'definition' }, RunDefinition);
  const [hasPlan, hasReport] = await Promise.all([
    hasDocument(objects, { run, name: 'plan' }),
    hasDocument(objects, { run, name: 'report' }),
  ]);
  const plan = hasPlan ? await readDocument(objects, { run, name: 'plan' }, Plan) : undefined;
  const report = hasReport ? await readDocument(objects, { run, name: 'report' }, RunReport) : undefined;
  const endAt = report?.endedAt ?? plan?.expectedEndAt;
  return {
    run,
    workflow: workflow.name,
    state: report?.outcome ?? (plan?.admission.admitted === 'refused' ? 'refused' : 'open'),
    startedAt,
    deadlineAt,
    ...(endAt !== undefined && { endAt }),
    ...(plan && { plan: shownPlan(plan) }),
    elapsedMs: (report?.endedAt ?? now) - startedAt,
  };
}

function shownPlan({ admission, generation, chance, costUsd }: Plan): NonNullable<RunState['plan']> {
  return { admission, generation, chance, costUsd };
}
