import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import * as z from 'zod';
import { parseStrictly } from '../core/parse-strictly.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { optionsWith, withStackOption } from './common-options.ts';
import { EXIT_CODES } from './exit-code.ts';
import { loadExtensions } from './load-extensions.ts';
import { parseJsonFile } from './parse-json-file.ts';
import { planText } from './plan-text.ts';

const Options = optionsWith({ whatIf: z.boolean().default(true) });

/** `foreshard plan`: shards, critical path, plan, chance and cost of a workflow; nothing runs. */
export function planCommand(context: CliContext): Command {
  return withStackOption(new Command('plan'))
    .summary('show how a workflow would run, what the chance is and what it costs')
    .description(
      'Shows how a workflow would run on this machine: how many shards and why, the critical path, the tiers, the slots, how far from the best the plan is, the chance of meeting the deadline, the cost on AWS and what would be cheaper. Nothing runs and nothing is stored.',
    )
    .argument('<workflow>', 'a workflow definition')
    .option('--no-what-if', 'leave out what other deadlines would change, and the curve of cost against time')
    .addHelpText(
      'after',
      '\nExit code 3 when no plan can meet the deadline.\n\nExamples:\n  foreshard plan events/flights.workflow.json\n  foreshard plan my.workflow.json --tasks ./my-tasks.ts --json | jq .plan.chance',
    )
    .action(async (file: string, _options, command: Command) => {
      const options = parseStrictly(Options, command.opts(), 'options of plan');
      const workflow = parseJsonFile(await readFile(file, 'utf8'), file);
      const extensions = await loadExtensions(options.tasks);
      const [{ openPlace }, { tryPlan }, { planAlternatives }] = await Promise.all([
        import('./open-place.ts'),
        import('./try-plan.ts'),
        import('./plan-alternatives.ts'),
      ]);
      await using home = await openPlace(options, { write: false });
      const tried = await tryPlan(workflow, home, extensions);
      const alternatives = options.whatIf ? await planAlternatives(tried, home, extensions) : [];
      const late = tried.plan.expectedEndAt > tried.definition.deadlineAt;
      const { request: _forecastAgain, ...shown } = tried;
      const tradeOff = options.whatIf ? tried.tradeOff : [];
      giveAnswer(
        context,
        {
          json: { ...shown, alternatives, tradeOff },
          text: (colour) => planText(tried, { alternatives, tradeOff }, colour).join('\n'),
          exitCode: late ? EXIT_CODES.deadlineMissed : EXIT_CODES.ok,
        },
        options,
      );
    });
}
