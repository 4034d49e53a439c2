import { type Command, Option } from 'commander';
import * as z from 'zod';

/** The folder of the embedded runtime, beside the reader's own files. */
const HOME = '.foreshard';

const SHAPE = {
  json: z.boolean().default(false),
  verbose: z.boolean().default(false),
  home: z.string().min(1),
  // set to nothing in the environment it is not set
  tasks: z
    .string()
    .transform((module) => module || undefined)
    .optional(),
  stack: z
    .string()
    .regex(/^[A-Za-z][\w-]{0,127}$/, 'letters, digits, - and _, starting with a letter')
    .optional(),
};

/** Options that every command has. */
export const CommonOptions = z.strictObject(SHAPE);
export type CommonOptions = z.infer<typeof CommonOptions>;

/** The options of a command that has some of its own. */
export function optionsWith<Own extends z.ZodRawShape>(own: Own) {
  return z.strictObject({ ...SHAPE, ...own });
}

/** Adds the options that every command has. */
export function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print one JSON document instead of text'))
    .addOption(new Option('--home <folder>', 'folder of runs and profiles').default(HOME).env('FORESHARD_HOME'))
    .addOption(new Option('--tasks <module>', 'module that exports your task code as `tasks`').env('FORESHARD_TASKS'))
    .addOption(new Option('--verbose', 'show the stack of an error'));
}

/** Adds `--stack`, for commands that work on a deployed stack as well. */
export function withStackOption(command: Command): Command {
  return withCommonOptions(command).addOption(
    new Option('--stack <name>', 'the deployed stack of this name, instead of this machine').env('FORESHARD_STACK'),
  );
}
