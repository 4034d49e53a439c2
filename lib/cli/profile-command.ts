import { Command } from 'commander';
import { byCodeUnit } from '../core/by-code-unit.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ShardNeed, TypeForecast } from '../forecast/forecast.ts';
import { forecastShards } from '../forecast/forecast-shards.ts';
import type { Interval } from '../forecast/interval.ts';
import type { Profile } from '../profile/profile.ts';
import type { TerminalColour } from '../report/terminal-colour.ts';
import { bytesText } from '../report/text/bytes-text.ts';
import { countText } from '../report/text/count-text.ts';
import { durationText } from '../report/text/duration-text.ts';
import { shareText } from '../report/text/share-text.ts';
import { textTable } from '../report/text-table.ts';
import { readProfiles } from '../run/profile-store.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { CommonOptions, withStackOption } from './common-options.ts';
import { loadTasks } from './load-tasks.ts';

/** Shards of these quantiles of the observed sizes are forecast. */
const SIZE_QUANTILES = [0.1, 0.5, 0.9];

/** What is known of a shard type, and what it makes expect. */
interface ProfileAnswer {
  readonly type: string;
  readonly committedCount: number;
  readonly failedCount: number;
  readonly sampleCount: number;
  readonly forecast: TypeForecast;
  /** What a small, a middling and a large shard are expected to need, as they came in earlier runs. */
  readonly needs: readonly { readonly bytes: number; readonly need: ShardNeed }[];
}

/** `foreshard profile`: what earlier runs left of a shard type, and the forecast that comes of it. */
export function profileCommand(context: CliContext): Command {
  return withStackOption(new Command('profile'))
    .summary('show what earlier runs left of a shard type, and its forecast')
    .description('Shows what earlier runs left of a shard type, and what shards of it are expected to need.')
    .argument('<type>', "task code with its version, as foreshard plan shows it: 'flights-clean@1'")
    .addHelpText(
      'after',
      '\nExamples:\n  foreshard profile flights-clean@1\n  foreshard profile flights-clean@1 --json | jq .needs',
    )
    .action(async (type: string, _options, command: Command) => {
      const options = parseStrictly(CommonOptions, command.opts(), 'options of profile');
      const { openPlace } = await import('./open-place.ts');
      await using home = await openPlace(options, { write: false });
      const { table, clock, settings } = home.services;
      const known = [...(await loadTasks(options.tasks)).values()].map(({ name, version }) => `${name}@${version}`);
      const profiles = await readProfiles(table, new Set([type, ...known]));
      const profile = profiles.get(type);
      if (!profile) throw notProfiled(type, [...profiles.keys()]);
      const answer = profileAnswer(profile, { profiles, now: clock.now(), level: settings.level });
      giveAnswer(context, { json: answer, text: (colour) => profileText(answer, colour) }, options);
    });
}

function notProfiled(type: string, known: readonly string[]): ForeshardError {
  const there = known.length === 0 ? 'nothing has run yet' : `known are ${[...known].sort(byCodeUnit).join(', ')}`;
  return new ForeshardError('InvalidInput', `nothing is known of '${type}'; ${there}`);
}

function profileAnswer(
  profile: Profile,
  {
    profiles,
    now,
    level,
  }: { readonly profiles: ReadonlyMap<string, Profile>; readonly now: number; readonly level: number },
): ProfileAnswer {
  const { type, samples, committedCount, failedCount } = profile;
  const sorted = samples.map(({ bytesIn }) => bytesIn).sort((a, b) => a - b);
  const sizes = [...new Set(SIZE_QUANTILES.map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0))];
  const forecast = forecastShards({
    shards: sizes.map((bytes, index) => ({ id: `${type}/${index}`, operation: type, type, bytes })),
    profiles,
    estimates: new Map(),
    now,
    horizonMs: 0,
    level,
    context: samples.at(-1)?.context ?? {},
  });
  const [typeForecast] = forecast.types;
  if (!typeForecast) throw new ForeshardError('InvariantBroken', `the forecast of '${type}' is empty`);
  return {
    type,
    committedCount,
    failedCount,
    sampleCount: samples.length,
    forecast: typeForecast,
    needs: forecast.shards.flatMap(({ need }, index) => [{ bytes: sizes[index] ?? 0, need }]),
  };
}

function profileText(answer: ProfileAnswer, colour: TerminalColour): string {
  const { type, committedCount, failedCount, sampleCount, forecast, needs } = answer;
  const level = needs[0]?.need.durationMs.level ?? 0;
  const range = ({ point, lower, upper }: Interval, text: (value: number) => string) =>
    `${text(point)} (${text(lower)} to ${text(upper)})`;
  const memory = (value: number) => `${countText(value)} MiB`;
  return [
    `${colour.bold(type)}: ${countText(committedCount)} committed, ${countText(failedCount)} failed, model ${forecast.model} of ${countText(sampleCount)} samples`,
    '',
    ...textTable(
      [
        { title: 'shard of', align: 'right' },
        { title: `time (${shareText(level)} interval)`, align: 'right' },
        { title: 'CPU', align: 'right' },
        { title: 'memory', align: 'right' },
      ],
      needs.map(({ bytes, need }) => [
        bytesText(bytes),
        range(need.durationMs, durationText),
        range(need.cpuMs, durationText),
        range(need.memoryMiB, memory),
      ]),
      colour.dim,
    ),
  ].join('\n');
}
