import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import type { Table } from '../ports/table.ts';
import { countDone } from '../run/count-done.ts';
import { readyHeads } from '../run/ready-heads.ts';
import { parseShard, shardKey } from '../run/shard-record.ts';
import type { Observation } from './observe-run.ts';

/** What a look leaves to the glances that follow it. */
export const Glance = z.strictObject({
  /** Time between two of them. */
  everyMs: z.number().nonnegative(),
  /** When the next whole look is due: not after the first lease that could have run out unseen. */
  until: z.number(),
  /** Shards that ran and had been claimed last. */
  witnesses: z.array(z.string()),
  /** Indexes that were done; nothing while shards are on trial, whose end matters and not that others go on. */
  doneCount: z.int().nonnegative().optional(),
  /** Shards that were to be claimed next. */
  heads: z.array(z.string()).optional(),
});
export type Glance = z.infer<typeof Glance>;

/**
 * Sees with a few requests whether a run goes on as it did: shards that ran then still run, or others have ended since. A
 * whole look reads every shard, and while it does the shards wait for the table.
 *
 * @param before what the last look left; nothing when there was none
 * @returns nothing when a whole look is due
 */
export async function glance(
  run: RunId,
  before: Glance | null,
  services: Pick<Services, 'table' | 'clock' | 'settings'>,
): Promise<Observation | undefined> {
  const { table, clock } = services;
  if (!before || clock.now() >= before.until) return undefined;
  const next = (await anyRuns(table, run, before)) ? before : await further(run, before, services);
  return next && { outcome: 'running', checkAt: Math.min(next.until, clock.now() + next.everyMs), next };
}

async function anyRuns(table: Table, run: RunId, { witnesses }: Glance): Promise<boolean> {
  const items = await Promise.all(witnesses.map((shard) => table.get(shardKey(run, shard))));
  return items.some((item) => item && parseShard(item).state === 'RUNNING');
}

/** More is done than when it was counted last, and not all of it; or other shards are next: operations of one shard count nowhere. */
async function further(
  run: RunId,
  before: Glance,
  { table, settings }: Pick<Services, 'table' | 'settings'>,
): Promise<Glance | undefined> {
  if (before.doneCount === undefined) return undefined;
  const { doneCount, isAll } = await countDone(table, run);
  if (doneCount > before.doneCount) return isAll ? undefined : { ...before, doneCount };
  const heads = [...(await readyHeads(table, run, settings.tiersMiB))];
  const moved = before.heads !== undefined && heads.some((head) => !before.heads?.includes(head));
  return moved ? { ...before, heads } : undefined;
}
