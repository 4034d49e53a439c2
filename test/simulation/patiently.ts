import { errorName } from '../../lib/core/foreshard-error.ts';

const TRIES_MAX = 4;

/** Repeats what got no answer a few times, as the client does, and then gives up. */
export async function patiently<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (errorName(error) !== 'StoreUnavailable') throw error;
    }
  }
  return undefined;
}
