import * as z from 'zod';
import { sweepRuns } from '../lib/recover/sweep-runs.ts';
import { stage } from './stage.ts';

/** What is kept of the function's time for the run that it is at. */
const RESERVE_MS = 60_000;

/** On a schedule: frees what dead executions held, and finishes in the others what a crash has cut off. */
export const handler = stage({
  name: 'sweeper',
  input: z.strictObject({}),
  async run(_, services, { awsRequestId: closer, getRemainingTimeInMillis }) {
    const closingMs = getRemainingTimeInMillis();
    return sweepRuns({ closer, closingMs, until: services.clock.now() + closingMs - RESERVE_MS }, services);
  },
});
