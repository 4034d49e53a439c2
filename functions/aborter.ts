import * as z from 'zod';
import { listPools } from '../lib/plan/list-pools.ts';
import { abortRun } from '../lib/recover/abort-run.ts';
import { failureOf } from '../lib/recover/failure-of.ts';
import { stage } from './stage.ts';

const Failed = z.looseObject({
  run: z.string().optional(),
  error: z.looseObject({ Error: z.string(), Cause: z.string().optional() }),
});

/** State `Abort`: whatever went wrong, nothing of the run goes on and nothing is held for it. */
export const handler = stage({
  name: 'aborter',
  input: z.strictObject({ execution: z.string(), state: Failed }),
  async run({ execution, state }, services) {
    const { name, message } = failureOf(state.error);
    await abortRun(state.run ?? execution, listPools(services.settings, new Set()), services);
    return { error: name, cause: message };
  },
});
