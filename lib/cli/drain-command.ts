import { userInfo } from 'node:os';
import { Command } from 'commander';
import * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ZoneHealth } from '../recover/open-zones.ts';
import { changeZone } from '../recover/zone-store.ts';
import { DURATION_FORMS, parseDuration } from '../workflow/deadline.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { CommonOptions, optionsWith, withStackOption } from './common-options.ts';

const DrainOptions = optionsWith({ for: z.string().optional() });

/** `foreshard drain`: nothing new starts in a zone; what runs there may end. */
export function drainCommand(context: CliContext): Command {
  return withStackOption(new Command('drain'))
    .summary('start nothing new in a zone')
    .description('Starts nothing new in a zone, in no run, until it is undrained; what runs there may end.')
    .argument('<zone>', 'the zone')
    .option('--for <duration>', 'end the drain by itself after this time: 90s, 10m, 2h')
    .addHelpText('after', '\nExamples:\n  foreshard drain local-b\n  foreshard drain local-b --for 30m')
    .action(async (zone: string, _options, command: Command) => {
      const options = parseStrictly(DrainOptions, command.opts(), 'options of drain');
      const durationMs = options.for === undefined ? undefined : drainMs(options.for);
      const health = await changeIn(options, zone, (before, now) => ({
        ...before,
        drain: { by: userInfo().username, since: now, ...(durationMs !== undefined && { until: now + durationMs }) },
      }));
      const until = options.for === undefined ? 'until it is undrained' : `for ${options.for}`;
      giveAnswer(context, { json: health, text: () => `zone ${zone} starts nothing new ${until}` }, options);
    });
}

/** `foreshard undrain`: a zone takes part again. */
export function undrainCommand(context: CliContext): Command {
  return withStackOption(new Command('undrain'))
    .summary('let a zone take part again')
    .description('Lets a zone that was drained take part again.')
    .argument('<zone>', 'the zone')
    .addHelpText('after', '\nExample:\n  foreshard undrain local-b')
    .action(async (zone: string, _options, command: Command) => {
      const options = parseStrictly(CommonOptions, command.opts(), 'options of undrain');
      const health = await changeIn(options, zone, ({ drain: _ended, ...rest }) => rest);
      giveAnswer(context, { json: health, text: () => `zone ${zone} takes part again` }, options);
    });
}

function drainMs(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined && durationMs > 0) return durationMs;
  throw new ForeshardError('InvalidInput', `--for is '${text}'; allowed: ${DURATION_FORMS}`);
}

async function changeIn(
  options: CommonOptions,
  zone: string,
  change: (health: ZoneHealth, now: number) => ZoneHealth,
): Promise<ZoneHealth> {
  const { openPlace } = await import('./open-place.ts');
  await using home = await openPlace(options, { write: true });
  const { table, clock, settings } = home.services;
  if (!settings.zones.includes(zone)) throw unknownZone(zone, settings.zones);
  return await changeZone(table, zone, (health) => change(health, clock.now()));
}

function unknownZone(zone: string, zones: readonly string[]): ForeshardError {
  return new ForeshardError('InvalidInput', `there is no zone '${zone}'; the zones are ${zones.join(', ')}`);
}
