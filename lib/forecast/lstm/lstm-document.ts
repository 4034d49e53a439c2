import * as z from 'zod';
import { parameterCount } from './lstm-network.ts';
import { SHAPE } from './lstm-path.ts';

/** Goes up when inputs or shape change: parameters of another version mean nothing. */
export const LSTM_VERSION = 1;

/** A trained network, as it is stored. */
export const LstmDocument = z.strictObject({
  version: z.literal(LSTM_VERSION),
  /** Names series, seed, steps, and the windows and rate of a step. */
  trainingHash: z.string().regex(/^[0-9a-f]{16}$/),
  seed: z.int(),
  stepCount: z.int().nonnegative(),
  seriesCount: z.int().positive(),
  /** Mean absolute error over that of the day before, on series that it was not trained on; null without any. */
  validationError: z.number().nullable(),
  parameters: z.array(z.number()).length(parameterCount(SHAPE)).readonly(),
});
export type LstmDocument = z.infer<typeof LstmDocument>;
