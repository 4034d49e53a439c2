import * as z from 'zod';
import { loadLook } from '../lib/observe/load-look.ts';
import { observeRun } from '../lib/observe/observe-run.ts';
import { stage } from './stage.ts';

/** State `Monitor`: what has become of the run since its plan was made. */
export const handler = stage({
  name: 'monitor',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, services) {
    const { outcome, checkAt } = observeRun(await loadLook(run, services));
    return { run, outcome, checkAt: new Date(checkAt).toISOString() };
  },
});
