import { Argument, Command } from 'commander';
import * as z from 'zod';
import type { CliContext } from './cli-context.ts';
import { completionScript, SHELLS } from './completion-script.ts';

/** `foreshard completion`: a script by which a shell completes commands and options. */
export function completionCommand(context: CliContext): Command {
  return new Command('completion')
    .summary('print a script for tab completion')
    .description('Prints a script by which your shell completes commands, options and file names.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      '\nExamples:\n  foreshard completion bash >> ~/.bashrc\n  foreshard completion zsh > ~/.zfunc/_foreshard\n  foreshard completion fish > ~/.config/fish/completions/foreshard.fish',
    )
    .action((shell: string, _options, command: Command) => {
      const commands = (command.parent?.commands ?? []).map((one) => ({
        name: one.name(),
        summary: one.summary() || one.description(),
        flags: one.options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
      }));
      context.out.write(`${completionScript(z.enum(SHELLS).parse(shell), commands)}\n`);
    });
}
