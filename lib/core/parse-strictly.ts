import type * as z from 'zod';
import { ForeshardError } from './foreshard-error.ts';

/**
 * For what is parsed once in a process, or seldom: zod compiles no code for it, which takes longer than a parse.
 */
export const PARSED_ONCE = { jitless: true } as const;

/** How many problems one message names: enough to mend several at once, few enough to read. */
const PROBLEMS_MAX = 10;

/**
 * Parses what crosses an edge: an event, a stored item, a setting.
 *
 * @param what what is parsed, for the message: `event of the sharder`, `profile of type 'clean@1'`
 * @param how {@link PARSED_ONCE}, if so
 * @throws {ForeshardError} `InvalidInput`, naming each field, what is wrong with it and what is allowed
 */
export function parseStrictly<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  how?: typeof PARSED_ONCE,
): z.output<Schema> {
  const parsed = schema.safeParse(value, how);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, PROBLEMS_MAX).map(({ path, message }) => {
    return `${path.length === 0 ? 'value' : path.join('.')}: ${message}`;
  });
  throw new ForeshardError('InvalidInput', `${what} is not as it should be: ${problems.join('; ')}`, {
    cause: parsed.error,
  });
}
