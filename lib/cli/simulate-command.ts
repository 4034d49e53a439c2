import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import * as z from 'zod';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { Settings } from '../core/settings.ts';
import { RUN_CONTROLLERS, type RunController } from '../simulate/run-controllers.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { optionsWith, withStackOption } from './common-options.ts';
import { loadExtensions } from './load-extensions.ts';
import { parseJsonFile } from './parse-json-file.ts';
import { simulationText } from './simulation-text.ts';

const share = z.coerce.number().min(0).lt(1);
const Names = z.string().transform((text) => text.split(',').map((name) => name.trim()));

const Options = optionsWith({
  runs: z.coerce.number().pipe(z.int().positive().max(100_000)),
  seed: z.coerce.number().pipe(z.int()),
  stragglers: share,
  noise: z.coerce.number().nonnegative().max(10),
  load: share,
  loseZoneAt: share.optional(),
  zones: z.coerce.number().pipe(z.int().positive().max(16)).optional(),
  slots: z.coerce.number().pipe(z.int().positive().max(10_000)).optional(),
  tiers: Names.transform((names) => names.map(Number))
    .pipe(z.array(z.number().positive()))
    .optional(),
  controllers: Names.pipe(z.array(z.enum(RUN_CONTROLLERS))),
});
type Options = z.infer<typeof Options>;

/** `foreshard simulate`: how a plan would fare with other zones, tiers, load, faults and controllers; nothing runs. */
export function simulateCommand(context: CliContext): Command {
  return withStackOption(new Command('simulate'))
    .summary('try a plan against faults, load and other controllers, without running it')
    .description(
      'Plans a workflow and runs the plan many times against a virtual clock: durations are drawn from the forecast, shards are claimed as workers claim them. Shows when it would end, how often in time, and the cost. Running shards are not cut, so a real run is a little better.',
    )
    .argument('<workflow>', 'a workflow definition')
    .option('--runs <count>', 'simulations for each controller', '1000')
    .option('--seed <number>', 'of the chance: the same seed gives the same answer', '1')
    .option('--stragglers <share>', 'of the shards, take two to eight times as long', '0')
    .option('--noise <factor>', 'times the spread of the forecast; 0 for exact predictions', '1')
    .option('--load <share>', 'of every zone that other runs hold', '0')
    .option('--lose-zone-at <share>', 'of the planned time: the first zone is lost then')
    .option('--zones <count>', 'instead of the zones that there are')
    .option('--slots <count>', 'slots of one vCPU in all, instead of what there is')
    .option('--tiers <MiB,...>', 'memory tiers, instead of those that there are')
    .option('--controllers <names>', `of ${RUN_CONTROLLERS.join(', ')}`, RUN_CONTROLLERS.join(','))
    .addHelpText(
      'after',
      '\nExamples:\n  foreshard simulate events/flights.workflow.json\n  foreshard simulate my.workflow.json --slots 64 --zones 3 --lose-zone-at 0.5\n  foreshard simulate my.workflow.json --stragglers 0.02 --controllers foreshard,patent --json',
    )
    .action(async (file: string, _options, command: Command) => {
      const options = parseStrictly(Options, command.opts(), 'options of simulate');
      const workflow = parseJsonFile(await readFile(file, 'utf8'), file);
      const extensions = await loadExtensions(options.tasks);
      const [{ openPlace }, { tryPlan }, { simulatePlan }] = await Promise.all([
        import('./open-place.ts'),
        import('./try-plan.ts'),
        import('./simulate-plan.ts'),
      ]);
      await using home = await openPlace(options, { write: false });
      const settings = changedSettings(home.services.settings, options);
      const tried = await tryPlan(workflow, { ...home, services: { ...home.services, settings } }, extensions);
      const simulated = options.controllers.map((controller: RunController) =>
        simulatePlan(tried, {
          controller,
          stragglerShare: options.stragglers,
          noise: options.noise,
          zoneLossAt: options.loseZoneAt,
          seed: options.seed,
          repeatCount: options.runs,
          leaseMs: settings.leaseMs + settings.graceMs,
        }),
      );
      const { chance, costUsd, expectedEndAt, madeAt, deadlineAt } = tried.plan;
      const plan = { chance, costUsd, expectedMs: Math.round(expectedEndAt - madeAt), allowedMs: deadlineAt - madeAt };
      giveAnswer(
        context,
        {
          json: { workflow: tried.definition.workflow.name, seed: options.seed, runs: options.runs, plan, simulated },
          text: (colour) => simulationText(tried, { simulated, ...options }, colour).join('\n'),
        },
        options,
      );
    });
}

/** What is asked for instead of what this machine has; other runs' load takes its share of every zone. */
function changedSettings(settings: Settings, { zones, slots, tiers, load }: Options): Settings {
  const names = zones === undefined ? settings.zones : Array.from({ length: zones }, (_, zone) => `zone-${zone + 1}`);
  const vcpuMax = (slots ?? settings.vcpuMax) * (1 - load);
  const perZone = slots === undefined ? settings.slotMax : Math.ceil(slots / Math.max(1, names.length));
  return {
    ...settings,
    zones: names,
    tiersMiB: tiers ?? settings.tiersMiB,
    vcpuMax: Math.max(1, Math.floor(vcpuMax)),
    slotMax: Math.max(1, Math.floor(perZone * (1 - load))),
  };
}
