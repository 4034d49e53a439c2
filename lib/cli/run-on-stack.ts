import { resolve } from 'node:path';
import { finalProgress } from '../report/final-progress.ts';
import { progressOn, type RunProgress } from '../report/progress.ts';
import { RunReport } from '../report/run-report.ts';
import { documentLocation, hasDocument, readDocument } from '../run/run-document.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { colourWanted } from './colour-wanted.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT_CODES } from './exit-code.ts';
import { failureOfExecution } from './failure-of-execution.ts';
import { interruptible } from './interruptible.ts';
import { loadModule } from './load-extensions.ts';
import { type OpenStack, openStack } from './open-stack.ts';
import { bucketStore, reportAnswer, stackPage, writeReportPage } from './report-page.ts';
import { watchRun } from './watch-run.ts';

/** An execution's input carries 256 KiB; a larger definition is put into the bucket, and its location is given. */
const INLINE_BYTES_MAX = 200_000;

/** Between two looks at an execution of Step Functions, and at the tables. */
const LOOKS = { executionLookMs: 1_000, tableLookMs: 2_000 } as const;

interface StackRun {
  readonly run: string;
  /** Nothing when a run is resumed. */
  readonly workflow?: unknown;
}

/**
 * Starts a run of a deployed stack, or goes on with one, and watches it. Ctrl-C ends the watching and not the run.
 *
 * @throws {ForeshardError} `InvalidInput` when there is no such stack; whatever ended the run's execution
 */
export async function runOnStack(
  context: CliContext,
  options: CommonOptions & { readonly stack: string },
  { run, workflow }: StackRun,
): Promise<void> {
  const { stack, tasks } = options;
  const opened = await openStack(stack, await loadModule(tasks));
  const { executions, objects, clock } = opened.services;
  const execution = workflow === undefined ? `${run}-${clock.now()}` : run;
  await executions.start('workflow', execution, { run, ...(await definitionOf(opened, { run, workflow })) });
  context.err.write(`started '${execution}' on '${stack}'\n`);
  using interrupt = interruptible();
  const progress = progressOn(context.err, { colour: colourWanted(context.err, context.environment) });
  let last: RunProgress | undefined;
  const tell = (seen: RunProgress) => {
    last = seen;
    progress.update(seen);
  };
  const ended = await watchRun(opened, { run, execution, signal: interrupt.signal, ...LOOKS }, tell);
  if (last && ended?.status !== 'SUCCEEDED') progress.finish(last);
  if (!ended) {
    context.err.write(`the run goes on: foreshard status ${run} --stack ${stack}\n`);
    context.exit(EXIT_CODES.interrupted);
    return;
  }
  if (ended.status !== 'SUCCEEDED') throw failureOfExecution(ended);
  const report = await readDocument(objects, { run, name: 'report' }, RunReport);
  progress.finish(finalProgress(report));
  const place = { page: resolve(stackPage(options, run)), store: bucketStore(opened.environment) };
  await writeReportPage(place, report);
  giveAnswer(context, reportAnswer(report, place, context), options);
}

async function definitionOf(
  { services: { objects } }: OpenStack,
  { run, workflow }: StackRun,
): Promise<{ readonly workflow?: unknown }> {
  if (workflow === undefined || (await hasDocument(objects, { run, name: 'definition' }))) return {};
  const body = new TextEncoder().encode(JSON.stringify(workflow));
  if (body.length <= INLINE_BYTES_MAX) return { workflow };
  const location = documentLocation(run, 'definition').replace(/definition\.json$/, 'request.json');
  await objects.put(location, body);
  return { workflow: location };
}
