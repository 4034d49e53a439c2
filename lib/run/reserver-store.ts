import * as z from 'zod';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';

const KEY = { partition: 'RESERVER', sort: 'STATE' };

/** What one reconciliation of reserved concurrency leaves to the next. */
export const ReserverState = z.strictObject({
  lastWriteAt: z.number(),
  surplusSince: z.record(z.string(), z.number()),
});
export type ReserverState = z.infer<typeof ReserverState>;

const FIRST: ReserverState = { lastWriteAt: 0, surplusSince: {} };

interface Turn {
  readonly owner: string;
  readonly now: EpochMs;
  /** A reconciliation that takes longer has died. */
  readonly turnMs: DurationMs;
}

/**
 * Takes the turn to write reservations: one reconciliation at a time, in the whole account.
 *
 * @returns the state that the last one left; nothing when another one has its turn
 */
export async function takeTurn(table: Table, { owner, now, turnMs }: Turn): Promise<ReserverState | undefined> {
  const write = await table.update(
    KEY,
    { set: { owner, busyUntil: now + turnMs } },
    {
      any: [
        { attribute: 'busyUntil', exists: false },
        { attribute: 'busyUntil', lessThan: now },
      ],
    },
  );
  if (!write.applied && write.item?.owner !== owner) return undefined;
  return parseStrictly(ReserverState, write.item?.state ?? FIRST, 'state of the reserver');
}

/** Ends a turn; one that was taken over meanwhile changes nothing. */
export async function endTurn(table: Table, owner: string, state: ReserverState): Promise<void> {
  await table.update(KEY, { set: { state, busyUntil: 0 } }, { attribute: 'owner', equals: owner });
}
