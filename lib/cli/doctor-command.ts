import { Command } from 'commander';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { TerminalColour } from '../report/terminal-colour.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { CommonOptions, withStackOption } from './common-options.ts';
import { EXIT_CODES } from './exit-code.ts';
import { type Finding, judgeMachine } from './judge-machine.ts';
import { machineFacts } from './machine-facts.ts';

/** `foreshard doctor`: is this machine fit to run workflows, and if not, what to do. */
export function doctorCommand(context: CliContext): Command {
  return withStackOption(new Command('doctor'))
    .summary('check that this machine, or a deployed stack, can run workflows')
    .description(
      'Checks that this machine can run workflows, or with --stack a deployed stack and its account: quotas, workers, table, bucket, machines, zones, and reservations beside what plans want. Each finding comes with its remedy; nothing is changed.',
    )
    .addHelpText(
      'after',
      '\nExit code 1 when something will not work.\n\nExamples:\n  foreshard doctor\n  foreshard doctor --home /data/foreshard --json\n  foreshard doctor --stack foreshard',
    )
    .action(async (_options, command: Command) => {
      const options = parseStrictly(CommonOptions, command.opts(), 'options of doctor');
      const findings =
        options.stack === undefined ? judgeMachine(await machineFacts(options)) : await stackFindings(options.stack);
      const fit = findings.every(({ state }) => state !== 'bad');
      giveAnswer(
        context,
        {
          json: { fit, findings },
          text: (colour) => findings.map((finding) => findingText(finding, colour)).join('\n'),
          exitCode: fit ? EXIT_CODES.ok : EXIT_CODES.failed,
        },
        options,
      );
    });
}

async function stackFindings(stack: string): Promise<readonly Finding[]> {
  const [{ openStack }, { stackClients, stackFacts }, { judgeStack }] = await Promise.all([
    import('./open-stack.ts'),
    import('./stack-facts.ts'),
    import('./judge-stack.ts'),
  ]);
  return judgeStack(await stackFacts(await openStack(stack, { tasks: [] }), stackClients()));
}

function findingText({ check, state, found, remedy }: Finding, colour: TerminalColour): string {
  const paint = { ok: colour.good, warn: colour.warn, bad: colour.bad };
  const line = `${paint[state](state.padEnd(4))}  ${check.padEnd(10)}  ${found}`;
  return remedy === undefined ? line : `${line}\n${' '.repeat(18)}${colour.bold(remedy)}`;
}
