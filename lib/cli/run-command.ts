import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import * as z from 'zod';
import type { ChaosSpec } from '../adapters/embedded/chaos-spec.ts';
import { CHAOS_FORMS, parseChaos } from '../adapters/embedded/chaos-spec.ts';
import type { EmbeddedSettings } from '../adapters/embedded/machine-settings.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { RunProgress } from '../report/progress.ts';
import { progressOn } from '../report/progress.ts';
import { giveAnswer } from './answer.ts';
import { chaosText } from './chaos-text.ts';
import type { CliContext } from './cli-context.ts';
import { colourWanted } from './colour-wanted.ts';
import { type CommonOptions, optionsWith, withStackOption } from './common-options.ts';
import { EXIT_CODES } from './exit-code.ts';
import { interruptible } from './interruptible.ts';
import { parseJsonFile } from './parse-json-file.ts';
import { localPlace, reportAnswer, writeReportPage } from './report-page.ts';

const RunName = z.string().regex(/^[\w-]{1,80}$/, 'letters, digits, - and _, at most 80');

const RunOptions = optionsWith({
  run: RunName.optional(),
  resume: RunName.optional(),
  slots: z.coerce.number().pipe(z.int().positive().max(256)).optional(),
  chaos: z.string().optional(),
  watch: z.boolean().default(false),
});

const ResumeOptions = optionsWith({ watch: z.boolean().default(false) });

const WATCH_HELP = 'serve a live view to this machine while the run goes on, and print its address';

/** `foreshard run`: a workflow on this machine, from its definition to its report. */
export function runCommand(context: CliContext): Command {
  return withStackOption(new Command('run'))
    .summary('run a workflow on this machine, or on a deployed stack')
    .description('Runs a workflow on this machine: cuts it, plans it, runs it, and writes its report.')
    .argument('<workflow>', 'file of the workflow definition')
    .option('--run <name>', 'name of the run; without it the name of the workflow and the time')
    .option('--resume <run>', 'go on with a run that was interrupted instead of starting one')
    .option('--slots <count>', 'slots to work with; without it one for each processor')
    .option('--watch', WATCH_HELP)
    .option('--chaos <faults>', `let things go wrong on purpose, such as ${CHAOS_FORMS}; see docs/operations.md`)
    .addHelpText(
      'after',
      '\nExamples:\n  foreshard run events/flights.workflow.json\n  foreshard run my.workflow.json --tasks my-tasks.ts --json\n  foreshard run events/flights.workflow.json --watch\n  foreshard run my.workflow.json --stack foreshard\n  foreshard run events/flights.workflow.json --resume flights-20261124-063000',
    )
    .action(async (file: string, _options, command: Command) => {
      const options = parseStrictly(RunOptions, command.opts(), 'options of run');
      refuseLocal(options);
      const chaos = options.chaos === undefined ? undefined : parseChaos(options.chaos, Date.now() % SEEDS);
      const settings = { ...(options.slots && slotSettings(options.slots)), ...(chaos && CHAOS_SETTINGS) };
      const place = { ...options, settings, chaos };
      if (options.resume !== undefined) return carryOut(context, place, { run: options.resume });
      const workflow = parseJsonFile(await readFile(resolve(file), 'utf8'), file);
      return carryOut(context, place, { run: options.run ?? runName(workflow, new Date()), workflow });
    });
}

/** `foreshard resume`: a run that was interrupted goes on where it stopped. */
export function resumeCommand(context: CliContext): Command {
  return withStackOption(new Command('resume'))
    .summary('go on with a run that was interrupted')
    .description('Goes on with a run that was interrupted: what was committed stays, what was lost is done again.')
    .argument('<run>', 'name of the run')
    .option('--watch', WATCH_HELP)
    .addHelpText('after', '\nExample:\n  foreshard resume flights-20261124-063000')
    .action(async (run: string, _options, command: Command) => {
      const options = parseStrictly(ResumeOptions, command.opts(), 'options of resume');
      return carryOut(context, options, { run: parseStrictly(RunName, run, 'name of the run') });
    });
}

/** Seeds that are drawn have at most six digits: they are typed again. */
const SEEDS = 1_000_000;

/** Attempts that are killed on purpose say nothing against their shards: it takes more of them to set one aside. */
const CHAOS_SETTINGS = { attemptMax: 10 } as const;

interface Place extends CommonOptions {
  readonly watch: boolean;
  readonly settings?: EmbeddedSettings;
  readonly chaos?: ChaosSpec | undefined;
}

async function carryOut(
  context: CliContext,
  place: Place,
  request: { readonly run: string; readonly workflow?: unknown },
): Promise<void> {
  const { stack } = place;
  if (stack !== undefined) return (await import('./run-on-stack.ts')).runOnStack(context, { ...place, stack }, request);
  const { run, workflow } = request;
  const { executeRun, startRuntime } = await import('./execute-run.ts');
  await using runtime = await startRuntime(place);
  if (place.chaos) context.err.write(`chaos with seed ${place.chaos.seed}\n`);
  await using view = place.watch ? await watchLive(context, run) : undefined;
  using interrupt = interruptible();
  const progress = progressOn(context.err, { colour: colourWanted(context.err, context.environment) });
  let last: RunProgress | undefined;
  const tell = (seen: RunProgress) => {
    last = seen;
    progress.update(seen);
    view?.update(seen);
  };
  const report = await executeRun(runtime, { run, workflow, signal: interrupt.signal, tell });
  if (last) progress.finish(last);
  if (!report) {
    context.err.write(`stopped; what was committed is kept: foreshard resume ${run}\n`);
    context.exit(EXIT_CODES.interrupted);
    return;
  }
  if (place.chaos) context.err.write(`${chaosText(place.chaos, runtime.chaosCounts(), report)}\n`);
  const found = localPlace(place.home, run);
  await writeReportPage(found, report);
  await view?.finish(await readFile(found.page, 'utf8'));
  giveAnswer(context, reportAnswer(report, found, context), place);
}

async function watchLive(context: CliContext, run: string) {
  const { liveView } = await import('./live-view.ts');
  const view = await liveView(run);
  context.err.write(`live view: ${view.url}\n`);
  return view;
}

/** What changes this machine's own runtime says nothing to a deployed stack. */
function refuseLocal({ stack, slots, chaos, watch }: z.infer<typeof RunOptions>): void {
  const local = Object.entries({ '--slots': slots, '--chaos': chaos, '--watch': watch || undefined });
  const given = local.flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (stack === undefined || given.length === 0) return;
  throw new ForeshardError(
    'InvalidInput',
    `${given.join(' and ')} is for this machine alone; leave it out with --stack`,
  );
}

/** One zone with as many slots as are asked for: who counts them wants to see what a number of slots does. */
function slotSettings(count: number) {
  return { vcpuMax: count, slotMax: Math.ceil(count / 2), ...(count === 1 && { zones: ['local-a'] }) };
}

/** The workflow's name and the moment, so that runs sort by time: `flights-20261124-063000`. */
function runName(workflow: unknown, now: Date): string {
  const name = Object(workflow).name;
  const moment = now
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '-');
  return `${typeof name === 'string' && RunName.safeParse(name).success ? name.slice(0, 60) : 'run'}-${moment}`;
}
