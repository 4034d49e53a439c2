import { glob, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isHeld } from '../adapters/embedded/home-lock.ts';
import { collect } from '../core/collect.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { Plan } from '../plan/plan.ts';
import { RunReport } from '../report/run-report.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { runFolder } from './stored-report.ts';

/** A run of this machine, by what lies in its folder: it can be looked at while another process works on it. */
export interface RunState {
  readonly run: string;
  readonly workflow: string;
  /** The outcome of what has ended; `open` is what no report ends: it runs, or was interrupted. */
  readonly state: RunReport['outcome'] | 'open';
  readonly startedAt: EpochMs;
  readonly deadlineAt: EpochMs;
  /** When it ended, or is planned to end. */
  readonly endAt?: EpochMs;
  /** Of the last plan; nothing before the first. */
  readonly plan?: { readonly generation: number; readonly chance: number; readonly costUsd: number };
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
  const runs = await Promise.all(files.map((file) => runState(dirname(file), now)));
  return { working: await isHeld(home), runs: runs.sort((a, b) => b.startedAt - a.startedAt) };
}

async function runState(folder: string, now: EpochMs): Promise<RunState> {
  const { workflow, startedAt, deadlineAt } = RunDefinition.parse(await json(folder, 'definition'));
  const plan = (await exists(folder, 'plan')) ? Plan.parse(await json(folder, 'plan')) : undefined;
  const report = (await exists(folder, 'report')) ? RunReport.parse(await json(folder, 'report')) : undefined;
  const endAt = report?.endedAt ?? plan?.expectedEndAt;
  return {
    run: basename(folder),
    workflow: workflow.name,
    state: report?.outcome ?? 'open',
    startedAt,
    deadlineAt,
    ...(endAt !== undefined && { endAt }),
    ...(plan && { plan: { generation: plan.generation, chance: plan.chance, costUsd: plan.costUsd } }),
    elapsedMs: (report?.endedAt ?? now) - startedAt,
  };
}

async function json(folder: string, name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));
}

async function exists(folder: string, name: string): Promise<boolean> {
  return (await stat(join(folder, `${name}.json`)).catch(() => undefined)) !== undefined;
}
