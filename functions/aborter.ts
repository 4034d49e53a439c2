import * as z from 'zod';
import { listPools } from '../lib/plan/list-pools.ts';
import { abortExecution } from '../lib/recover/abort-execution.ts';
import { failureOf } from '../lib/recover/failure-of.ts';
import { stage } from './stage.ts';

const Failed = z.looseObject({
  error: z.looseObject({ Error: z.string(), Cause: z.string().optional() }),
});

/** State `Abort`, and a rule: whatever went wrong, nothing of the execution's run goes on and nothing is held for it. */
export const handler = stage({
  name: 'aborter',
  input: z.strictObject({ execution: z.string(), state: Failed }),
  async run({ execution, state }, services, { getRemainingTimeInMillis }) {
    const { name, message } = failureOf(state.error);
    // Called again it goes on with what it has begun: the execution is one, so is who clears up after it.
    const ended = { execution, closer: `aborter of ${execution}`, closingMs: getRemainingTimeInMillis() };
    await abortExecution(ended, listPools(services.settings, new Set()), services);
    return { error: name, cause: message };
  },
});
