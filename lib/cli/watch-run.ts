import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedRuntime } from '../adapters/embedded/embedded-runtime.ts';
import { Plan } from '../plan/plan.ts';
import type { Execution } from '../ports/executions.ts';
import type { OperationProgress, RunProgress } from '../report/progress.ts';
import { doneCounts } from '../run/done-counts.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { hasDocument, readDocument } from '../run/run-document.ts';
import { parseShard, runningQueue } from '../run/shard-record.ts';
import { Sharding } from '../shards/sharding.ts';

/** How often the execution is looked at, and how often the tables are: a look costs the machine that does the work. */
const EXECUTION_LOOK_MS = 25;
const TABLE_LOOK_MS = 250;

export interface WatchedRun {
  readonly run: string;
  /** The execution that carries it out: another one each time it is resumed. */
  readonly execution: string;
  readonly signal: AbortSignal;
}

/** Waits for an execution to end, and tells what it sees of its run meanwhile. */
export async function watchRun(
  runtime: EmbeddedRuntime,
  { run, execution, signal }: WatchedRun,
  tell: (progress: RunProgress) => void,
): Promise<Execution | undefined> {
  const look = progressOf(runtime, run);
  for (let nextLookAt = Date.now(); !signal.aborted; await sleep(EXECUTION_LOOK_MS)) {
    const state = await runtime.executions.describe('workflow', execution);
    if (state?.status !== 'RUNNING') {
      await look.then((progress) => progress().then((last) => last && tell(last)));
      return state;
    }
    if (Date.now() < nextLookAt) continue;
    const seen = await (await look)();
    if (seen) tell(seen);
    nextLookAt = Date.now() + TABLE_LOOK_MS;
  }
  return undefined;
}

/** Nothing to tell until the run is cut and planned; its definition and shards are then read once. */
async function progressOf({ services }: EmbeddedRuntime, run: string): Promise<() => Promise<RunProgress | undefined>> {
  const { objects, table, clock } = services;
  let facts: { readonly definition: RunDefinition; readonly sharding: Sharding } | undefined;
  return async () => {
    if (!(await hasDocument(objects, { run, name: 'plan' }))) return undefined;
    facts ??= {
      definition: await readDocument(objects, { run, name: 'definition' }, RunDefinition),
      sharding: await readDocument(objects, { run, name: 'sharding' }, Sharding),
    };
    const { startedAt, deadlineAt } = facts.definition;
    const plan = await readDocument(objects, { run, name: 'plan' }, Plan);
    const running = (await table.queryQueue({ queue: runningQueue(run) })).map(parseShard);
    const done = await doneCounts(table, run);
    return {
      operations: facts.sharding.operations.map(
        ({ id, shardCount }): OperationProgress => ({
          id,
          total: shardCount,
          done: done.get(id) ?? 0,
          running: running.filter(({ operation }) => operation === id).length,
          failed: 0,
        }),
      ),
      elapsedMs: clock.now() - startedAt,
      expectedMs: plan.expectedEndAt - startedAt,
      deadlineMs: deadlineAt - startedAt,
    };
  };
}
