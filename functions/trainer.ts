import * as z from 'zod';
import { trainNetwork } from '../lib/run/train-network.ts';
import { stage } from './stage.ts';

/** On a schedule: trains the network that forecasts where a type has little past of its own. */
export const handler = stage({
  name: 'trainer',
  input: z.strictObject({ budgetMs: z.number().nonnegative().optional() }),
  run: ({ budgetMs }, services, { getRemainingTimeInMillis }) =>
    trainNetwork({ budgetMs: budgetMs ?? getRemainingTimeInMillis() }, services),
});
