import { CommanderError } from 'commander';
import { errorMessage, errorName, isBadInput } from '../core/foreshard-error.ts';
import { plainText } from '../report/text/plain-text.ts';
import { EXIT_CODES, type ExitCode } from './exit-code.ts';

/** An error as the user is told of it. */
export interface Failure {
  readonly name: string;
  /** What is wrong and what to do: one line, or one for each of several problems. */
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** What to do about failures of the file system, which name no remedy of their own. */
const FILE_REMEDIES = new Map([
  ['ENOENT', 'there is no such file; check the path'],
  ['EACCES', 'this user may not open it; change its permissions or choose another path'],
  ['EISDIR', 'this is a folder; name a file in it'],
  ['ENOSPC', 'the disk is full; free some space'],
  ['EROFS', 'this file system is read-only; choose another folder with --home'],
]);

/** What stands before each problem of a refusal that names several. */
const NEXT_PROBLEM = '\n- ';

/** Puts any error in one line with its remedy, several problems in a line each, and gives it an exit code. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError) return usageFailure(error);
  const name = errorName(error);
  const message = messageOf(error).split(NEXT_PROBLEM).map(plainText).join(NEXT_PROBLEM);
  return { name, message, exitCode: exitCodeOf(error, name) };
}

function usageFailure({ message }: CommanderError): Failure {
  const line = plainText(message).replace(/^error: |\.$/g, '');
  return { name: 'BadUsage', message: `${line}; see --help`, exitCode: EXIT_CODES.badInput };
}

function exitCodeOf(error: unknown, name: string): ExitCode {
  if (name === 'DeadlineUnreachable') return EXIT_CODES.deadlineMissed;
  return isBadInput(error) || fileRemedy(error) !== undefined ? EXIT_CODES.badInput : EXIT_CODES.failed;
}

function messageOf(error: unknown): string {
  const remedy = fileRemedy(error);
  if (remedy === undefined) return errorMessage(error);
  const path = error instanceof Error && 'path' in error ? `'${String(error.path)}': ` : '';
  return `${path}${remedy}`;
}

function fileRemedy(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? FILE_REMEDIES.get(String(error.code)) : undefined;
}
