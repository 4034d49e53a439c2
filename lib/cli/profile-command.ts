import { Command } from 'commander';
import * as z from 'zod';
import { byCodeUnit } from '../core/by-code-unit.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import { readProfiles } from '../run/profile-store.ts';
import { giveAnswer } from './answer.ts';
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
    .argument('<type>', "task code with its version, as foreshard plan shows it: 'flights-clean@1'")
    .option('--refresh', 'first take in what was measured since the last time, as a schedule does on AWS')
    .addHelpText(
      'after',
      '\nExamples:\n  foreshard profile flights-clean@1\n  foreshard profile flights-clean@1 --refresh\n  foreshard profile flights-clean@1 --json | jq .outlook.factors',
    )
    .action(async (type: string, _options, command: Command) => {
      const options = parseStrictly(ProfileOptions, command.opts(), 'options of profile');
      if (options.refresh) await refresh(options);
      const { openPlace } = await import('./open-place.ts');
      await using home = await openPlace(options, { write: false });
      const { table } = home.services;
      const { tasks } = await loadExtensions(options.tasks);
      const known = [...tasks.values()].map(({ name, version }) => `${name}@${version}`);
      const profiles = await readProfiles(table, new Set([type, ...known]));
      const profile = profiles.get(type);
      if (!profile) throw notProfiled(type, [...profiles.keys()]);
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

function notProfiled(type: string, known: readonly string[]): ForeshardError {
  const there = known.length === 0 ? 'nothing has run yet' : `known are ${[...known].sort(byCodeUnit).join(', ')}`;
  return new ForeshardError('InvalidInput', `nothing is known of '${type}'; ${there}`);
}
