import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { CliContext } from './cli-context.ts';
import { commands } from './commands.ts';
import { describeFailure } from './describe-failure.ts';
import { EXIT_CODES_HELP } from './exit-code.ts';

/** The program with all its commands, ready to parse. */
function commandLine(context: CliContext): Command {
  const program = new Command('foreshard')
    .description('Runs data workflows so that they meet their deadline at the least cost.')
    .version(packageJson.version)
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(100, context.out.columns ?? 100),
    });
  for (const command of commands) program.addCommand(command(context).copyInheritedSettings(program));
  return program.addHelpText('after', `\n${EXIT_CODES_HELP}`);
}

/**
 * Runs one command line. A failure is one line on standard error; with `--json` it is on standard output too, so that
 * there is one JSON document in any case.
 *
 * @param args what stands after the program's name
 */
export async function runCommandLine(args: readonly string[], context: CliContext): Promise<void> {
  const program = commandLine(context);
  try {
    if (args.length === 0) context.out.write(program.helpInformation());
    else await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    fail(error, args, context);
  }
}

function fail(error: unknown, args: readonly string[], context: CliContext): void {
  const { name, message, exitCode } = describeFailure(error);
  context.err.write(`error: ${message}\n`);
  if (args.includes('--verbose') && error instanceof Error) context.err.write(`${stackOf(error)}\n`);
  if (args.includes('--json')) context.out.write(`${JSON.stringify({ error: { name, message } }, null, 2)}\n`);
  context.exit(exitCode);
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
