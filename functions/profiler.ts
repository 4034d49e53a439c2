import * as z from 'zod';
import { learnFromRun } from '../lib/run/learn-from-run.ts';
import { stage } from './stage.ts';

/** State `Profile`: what the run has taught about its shard types. */
export const handler = stage({
  name: 'profiler',
  input: z.strictObject({ run: z.string() }),
  run: ({ run }, services) => learnFromRun(run, services),
});
