import * as z from 'zod';

/** The name of registered task code. Apart from the definition: stages that read none of it know names all the same. */
export const TaskName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'lower case letters, digits and -, at most 64, starting with a letter')
  .describe('The registered task code that runs on every shard; `foreshard tasks` lists the names.');
export type TaskName = z.infer<typeof TaskName>;
