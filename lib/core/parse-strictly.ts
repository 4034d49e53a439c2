import type * as z from 'zod';
import { ForeshardError } from './foreshard-error.ts';

/** How many problems one message names: enough to mend several at once, few enough to read. */
const PROBLEMS_MAX = 10;

/**
 * Parses what crosses an edge: an event, a stored item, a setting.
 *
 * @param what what is parsed, for the message: `event of the sharder`, `profile of type 'clean@1'`
 * @throws {ForeshardError} `InvalidInput`, naming each field, what is wrong with it and what is allowed
 */
export function parseStrictly<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, PROBLEMS_MAX).map(({ path, message }) => {
    return `${path.length === 0 ? 'value' : path.join('.')}: ${message}`;
  });
  throw new ForeshardError('InvalidInput', `${what} is not as it should be: ${problems.join('; ')}`, {
    cause: parsed.error,
  });
}
