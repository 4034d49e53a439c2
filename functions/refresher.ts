import * as z from 'zod';
import { refreshProfiles } from '../lib/run/refresh-profiles.ts';
import { stage } from './stage.ts';

/** What is kept of the function's time to end what it is at. */
const RESERVE_MS = 60_000;

/** On a schedule: takes in what was measured since the last time, and makes anew the forecasts that it changes. */
export const handler = stage({
  name: 'refresher',
  input: z.strictObject({}),
  run: (_, services, { getRemainingTimeInMillis }) =>
    refreshProfiles(services, services.clock.now() + getRemainingTimeInMillis() - RESERVE_MS),
});
