import * as z from 'zod';
import { learnFromRun } from '../lib/run/learn-from-run.ts';
import { refreshProfiles } from '../lib/run/refresh-profiles.ts';
import { stage } from './stage.ts';

/** What is kept of the function's time to end what it is at. */
const RESERVE_MS = 60_000;

/** State `Profile`: what the run has taught about its shard types. On a schedule, without a run: what was measured since. */
export const handler = stage({
  name: 'profiler',
  input: z.strictObject({ run: z.string().optional() }),
  async run({ run }, services, call) {
    if (run !== undefined) return learnFromRun(run, services.table);
    return refreshProfiles(services, services.clock.now() + call.getRemainingTimeInMillis() - RESERVE_MS);
  },
});
