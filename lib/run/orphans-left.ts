import { errorMessage, errorName, type ForeshardErrorName } from '../core/foreshard-error.ts';
import { removeOrphans } from './remove-orphans.ts';

/** A store that is away now: what lies there costs a little, and is no reason to fail a run that is over. */
const AWAY: ReadonlySet<string> = new Set<ForeshardErrorName>(['Throttled', 'StoreUnavailable']);

/**
 * Removes the outputs that nobody will ever read ({@link removeOrphans}), of a run that has ended.
 *
 * @returns what to tell the user when a store could not be cleared; nothing otherwise
 */
export async function orphansLeft(...request: Parameters<typeof removeOrphans>): Promise<string | undefined> {
  const [, run] = request;
  try {
    await removeOrphans(...request);
    return undefined;
  } catch (error) {
    if (!AWAY.has(errorName(error))) throw error;
    return `outputs of failed attempts may be left under 'runs/${run}/outputs': ${errorMessage(error)}`;
  }
}
