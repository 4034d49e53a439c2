import { Command } from 'commander';
import * as z from 'zod';
import { byCodeUnit } from '../core/by-code-unit.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { Profile } from '../profile/profile.ts';
import { countText } from '../report/text/count-text.ts';
import { textTable } from '../report/text-table.ts';
import { followedTypes } from '../run/followed-types.ts';
import { readProfiles } from '../run/profile-store.ts';
import { type Answer, giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { optionsWith, withStackOption } from './common-options.ts';
import { loadExtensions } from './load-extensions.ts';
import { profileAnswer } from './profile-answer.ts';
import { profileText } from './profile-text.ts';

const ProfileOptions = optionsWith({ refresh: z.boolean().default(false) });

/** A training that nobody waits long for; on AWS the trainer has five minutes. */
const TRAINING_MS = 30_000;

/** Of the one execution in this process. */
const REFRESH = 'refresh';

/** `foreshard profile`: what earlier runs left of a shard type, and the forecast that comes of it. */
export function profileCommand(context: CliContext): Command {
  return withStackOption(new Command('profile'))
    .summary('show what earlier runs left of a shard type, and its forecast')
    .description(
      'Shows what earlier runs left of a shard type: what its shards are expected to need, how many slots its work will keep busy, how earlier forecasts came true, which models have which say, and what moves the load.',
    )
    .argument(
      '[type]',
      "task code, with its version unless the newest is meant: 'flights-clean@1'; without it the types are listed",
    )
    .option('--refresh', 'first take in what was measured since the last time, as a schedule does on AWS')
    .addHelpText(
      'after',
      '\nExamples:\n  foreshard profile\n  foreshard profile flights-clean@1\n  foreshard profile flights-clean@1 --refresh\n  foreshard profile flights-clean@1 --json | jq .outlook.factors',
    )
    .action(async (asked: string | undefined, _options, command: Command) => {
      const options = parseStrictly(ProfileOptions, command.opts(), 'options of profile');
      if (options.refresh) await refresh(options);
      const { openPlace } = await import('./open-place.ts');
      await using home = await openPlace(options, { write: false });
      const { table } = home.services;
      const { tasks } = await loadExtensions(options.tasks);
      const known = [...tasks.values()].map(({ name, version }) => `${name}@${version}`);
      const followed = (await followedTypes(table)).map(({ type }) => type);
      const profiles = await readProfiles(table, new Set([...(asked ? [asked] : []), ...followed, ...known]));
      if (asked === undefined) return giveAnswer(context, typeList(profiles), options);
      const profile = profiles.get(asked) ?? newestOf(asked, profiles);
      if (!profile) throw notProfiled(asked, [...profiles.keys()]);
      const answer = await profileAnswer(profile, profiles, home.services);
      giveAnswer(context, { json: answer, text: (colour) => profileText(answer, colour) }, options);
    });
}

/** What the schedules of the refresher and the trainer do on AWS. */
async function refresh({ home, tasks, stack }: z.output<typeof ProfileOptions>): Promise<void> {
  if (stack !== undefined) {
    throw new ForeshardError(
      'InvalidInput',
      `--refresh is for this machine; the schedules of '${stack}' refresh there`,
    );
  }
  const { startRuntime } = await import('./execute-run.ts');
  await using runtime = await startRuntime({ home, tasks });
  await runtime.functions.invoke('trainer', { budgetMs: TRAINING_MS });
  await runtime.executions.start('refresh', REFRESH, {});
  await runtime.executions.idle();
  const { status, error, cause } = (await runtime.executions.describe('refresh', REFRESH)) ?? {};
  if (status !== 'SUCCEEDED') throw new Error(`the refresh ended as ${status}: ${error ?? ''} ${cause ?? ''}`.trim());
}

/** The profile of a task's newest version that has one. */
function newestOf(task: string, profiles: ReadonlyMap<string, Profile>): Profile | undefined {
  const versionOf = ({ type }: Profile) => Number(type.slice(task.length + 1));
  return [...profiles.values()]
    .filter(({ type }) => type.startsWith(`${task}@`) && !type.includes('+'))
    .sort((a, b) => versionOf(b) - versionOf(a))[0];
}

/** Every type that has a profile. */
function typeList(profiles: ReadonlyMap<string, Profile>): Answer {
  const rows = [...profiles.values()]
    .map(({ type, committedCount, failedCount }) => ({ type, committedCount, failedCount }))
    .sort((a, b) => byCodeUnit(a.type, b.type));
  const cells = rows.map((row) => [row.type, countText(row.committedCount), countText(row.failedCount)]);
  return {
    json: rows,
    text: (colour) =>
      rows.length === 0 ? 'nothing has run yet' : textTable(TYPE_COLUMNS, cells, colour.dim).join('\n'),
  };
}

const TYPE_COLUMNS = [
  { title: 'type', align: 'left' },
  { title: 'committed', align: 'right' },
  { title: 'failed', align: 'right' },
] as const;

function notProfiled(type: string, known: readonly string[]): ForeshardError {
  const there = known.length === 0 ? 'nothing has run yet' : `known are ${[...known].sort(byCodeUnit).join(', ')}`;
  return new ForeshardError('InvalidInput', `nothing is known of '${type}'; ${there}`);
}
