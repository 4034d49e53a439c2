import * as z from 'zod';
import { failureOf } from '../lib/recover/failure-of.ts';
import { Autoshift, heedAutoshift } from '../lib/recover/heed-autoshift.ts';
import { recoverRun, recoverSlot } from '../lib/recover/recover-run.ts';
import { stage } from './stage.ts';

const CaughtError = z.looseObject({ Error: z.string(), Cause: z.string().optional() });

const Lost = z.strictObject({ run: z.string(), slot: z.string().optional(), error: CaughtError.optional() });

/** State `Recover`, of a run whose workers were lost, or of a slot whose invocation failed; also told of autoshifts. */
export const handler = stage({
  name: 'recovery',
  input: z.union([Lost, z.strictObject({ autoshift: Autoshift })]),
  async run(event, services) {
    if ('autoshift' in event) return (await heedAutoshift(event.autoshift, services)) ?? {};
    const { run, slot, error } = event;
    if (slot === undefined || error === undefined) {
      await recoverRun(run, services);
      return { run };
    }
    return recoverSlot({ run, slot, failure: failureOf(error) }, services);
  },
});
