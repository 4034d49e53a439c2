import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { parseShard, runningQueue } from '../run/shard-record.ts';
import type { Observation } from './observe-run.ts';

/** What a look leaves to the glances that follow it. */
export const Glance = z.strictObject({
  /** Time between two of them. */
  everyMs: z.number().nonnegative(),
  /** When the next whole look is due. */
  until: z.number(),
});
export type Glance = z.infer<typeof Glance>;

/**
 * Sees with one request whether a run goes on as it did: shards run, and no lease has run out. A whole look reads every
 * shard, and while it does the shards wait for the table.
 *
 * @param before what the last look left; nothing when there was none
 * @returns nothing when a whole look is due
 */
export async function glance(
  run: RunId,
  before: Glance | null,
  { table, clock, settings }: Pick<Services, 'table' | 'clock' | 'settings'>,
): Promise<Observation | undefined> {
  if (!before || clock.now() >= before.until) return undefined;
  const running = (await table.queryQueue({ queue: runningQueue(run) })).map(parseShard);
  const now = clock.now();
  const goesOn = running.length > 0 && running.every(({ leaseUntil = now }) => leaseUntil + settings.graceMs >= now);
  if (!goesOn) return undefined;
  return { outcome: 'running', checkAt: Math.min(before.until, now + before.everyMs), next: before };
}
