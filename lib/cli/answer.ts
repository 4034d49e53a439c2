import { type TerminalColour, terminalColour } from '../report/terminal-colour.ts';
import type { CliContext } from './cli-context.ts';
import { colourWanted } from './colour-wanted.ts';
import { EXIT_CODES, type ExitCode } from './exit-code.ts';

/** What a command has to say: the same for people and for programs. */
export interface Answer {
  readonly json: unknown;
  /** Lines for people, without the last end of line. */
  text(colour: TerminalColour): string;
  /** @default 0 */
  readonly exitCode?: ExitCode;
}

/** Writes an answer to standard output, as one JSON document or as text, and sets the exit code. */
export function giveAnswer(context: CliContext, answer: Answer, { json }: { readonly json: boolean }): void {
  const colour = terminalColour(colourWanted(context.out, context.environment));
  context.out.write(json ? `${JSON.stringify(answer.json, null, 2)}\n` : `${answer.text(colour)}\n`);
  context.exit(answer.exitCode ?? EXIT_CODES.ok);
}
