import { Command } from 'commander';
import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { Admission } from '../plan/admit.ts';
import type { TerminalColour } from '../report/terminal-colour.ts';
import { durationText } from '../report/text/duration-text.ts';
import { momentText } from '../report/text/moment-text.ts';
import { shareText } from '../report/text/share-text.ts';
import { textTable } from '../report/text-table.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { CommonOptions, withStackOption } from './common-options.ts';
import type { HomeState, RunState } from './run-states.ts';

/** Runs that are listed; `--json` has them all. */
const LISTED_MAX = 40;

/** `foreshard status`: the runs of this machine and what has become of them. */
export function statusCommand(context: CliContext): Command {
  return withStackOption(new Command('status'))
    .summary('list runs and what has become of them')
    .description(
      'Lists the runs of this machine, the newest first, with their state; also while one goes on in another process.',
    )
    .argument('[run]', 'this run alone')
    .addHelpText(
      'after',
      '\nExamples:\n  foreshard status\n  foreshard status flights-20261124-063000 --json\n  foreshard status --stack foreshard',
    )
    .action(async (run: string | undefined, _options, command: Command) => {
      const options = parseStrictly(CommonOptions, command.opts(), 'options of status');
      const state = chosen(await statesOf(options, run), run, options.stack ?? options.home);
      giveAnswer(context, { json: state, text: (colour) => statusText(state, colour).join('\n') }, options);
    });
}

async function statesOf(options: CommonOptions, run: string | undefined): Promise<HomeState> {
  if (options.stack === undefined) return (await import('./run-states.ts')).runStates(options.home, Date.now());
  const [{ openPlace }, { stackStates }] = await Promise.all([import('./open-place.ts'), import('./stack-states.ts')]);
  await using place = await openPlace(options, { write: false });
  return stackStates(place.services, run, place.services.clock.now());
}

function chosen(state: HomeState, run: string | undefined, home: string): HomeState {
  if (run === undefined) return state;
  const runs = state.runs.filter((one) => one.run === run);
  if (runs.length > 0) return { ...state, runs };
  throw new ForeshardError(
    'UnknownRun',
    `there is no run '${run}' in '${home}'; foreshard status lists those there are`,
  );
}

const COLUMNS = [
  { title: 'run', align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'started', align: 'left' },
  { title: 'took', align: 'right' },
  { title: 'allowed', align: 'right' },
  { title: 'planned chance', align: 'right' },
] as const;

function statusText({ runs, working }: HomeState, colour: TerminalColour): readonly string[] {
  if (runs.length === 0) return ['no run yet: start one with foreshard run'];
  const rows = runs
    .slice(0, LISTED_MAX)
    .map((one) => [
      one.run,
      stateText(one),
      momentText(one.startedAt),
      durationText(one.elapsedMs),
      durationText(one.deadlineAt - one.startedAt),
      one.plan ? shareText(one.plan.chance) : '–',
    ]);
  const note = working
    ? 'a process works here now: an open run may be its'
    : 'no process works here: an open run was interrupted, go on with foreshard resume';
  const more = runs.length - rows.length;
  return [
    ...textTable(COLUMNS, rows, colour.dim),
    ...(more > 0 ? [colour.dim(`and ${more} more runs, see --json`)] : []),
    ...(runs.some(({ state }) => state === 'open') ? ['', colour.dim(note)] : []),
  ];
}

function stateText({ state, endAt, plan }: RunState): string {
  if (state !== 'open') return state;
  if (!plan || endAt === undefined) return 'open, not planned';
  const notes: Partial<Record<Admission['admitted'], string>> = {
    later: ', queued',
    background: ', in the background',
  };
  return `open, plan ${plan.generation}${notes[plan.admission.admitted] ?? ''}`;
}
