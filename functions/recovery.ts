import * as z from 'zod';
import { failureOf } from '../lib/recover/failure-of.ts';
import { recoverRun, recoverSlot } from '../lib/recover/recover-run.ts';
import { stage } from './stage.ts';

const CaughtError = z.looseObject({ Error: z.string(), Cause: z.string().optional() });

/** State `Recover`, of a run whose workers were lost, or of a slot whose invocation failed. */
export const handler = stage({
  name: 'recovery',
  input: z.strictObject({ run: z.string(), slot: z.string().optional(), error: CaughtError.optional() }),
  async run({ run, slot, error }, services) {
    if (slot === undefined || error === undefined) {
      await recoverRun(run, services);
      return { run };
    }
    return recoverSlot({ run, slot, failure: failureOf(error) }, services);
  },
});
