import * as z from 'zod';
import { RefreshPart } from '../lib/run/refresh-part.ts';
import { refreshProfiles } from '../lib/run/refresh-profiles.ts';
import { stage } from './stage.ts';

/** What is kept of the function's time to end what it is at. */
const RESERVE_MS = 60_000;

/** States `Refresh` and `RefreshPart`: takes in what was measured since the last time, and makes the forecasts anew that it changes. */
export const handler = stage({
  name: 'refresher',
  input: z.strictObject({ execution: z.string().optional(), part: RefreshPart.optional() }),
  run: ({ execution, part }, services, { awsRequestId, getRemainingTimeInMillis }) =>
    refreshProfiles(services, {
      owner: execution ?? awsRequestId,
      until: services.clock.now() + getRemainingTimeInMillis() - RESERVE_MS,
      part,
    }),
});
