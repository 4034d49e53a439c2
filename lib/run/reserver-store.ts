import * as z from 'zod';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Condition, Table } from '../ports/table.ts';

const KEY = { partition: 'RESERVER', sort: 'STATE' };

/** What one reconciliation of reserved concurrency leaves to the next. */
export const ReserverState = z.strictObject({
  lastWriteAt: z.number(),
  surplusSince: z.record(z.string(), z.number()),
  /** Reserved concurrency by function as it was left: whoever changes it meanwhile is reported. */
  left: z.record(z.string(), z.number().nullable()).default({}),
});
export type ReserverState = z.infer<typeof ReserverState>;

const FIRST: ReserverState = { lastWriteAt: 0, surplusSince: {}, left: {} };

/** Who has stopped the reserver: a person, or the clean-up of a stack that goes. */
export type StoppedBy = 'operator' | 'clean-up';

interface Turn {
  readonly owner: string;
  readonly now: EpochMs;
  /** A reconciliation that takes longer has died. */
  readonly turnMs: DurationMs;
  /**
   * Whether a reserver that was stopped may have its turn all the same.
   *
   * @default false
   */
  readonly despiteStop?: boolean;
}

/**
 * Takes the turn to write reservations: one reconciliation at a time, in the whole account.
 *
 * @returns the state that the last one left; nothing when another one has its turn, or the reserver was stopped
 */
export async function takeTurn(table: Table, turn: Turn): Promise<ReserverState | undefined> {
  const { owner, now, turnMs, despiteStop = false } = turn;
  const free: Condition = {
    any: [
      { attribute: 'busyUntil', exists: false },
      { attribute: 'busyUntil', lessThan: now },
    ],
  };
  const write = await table.update(
    KEY,
    { set: { owner, busyUntil: now + turnMs } },
    despiteStop ? free : { all: [free, { attribute: 'stoppedBy', exists: false }] },
  );
  const mine = write.item?.owner === owner && (despiteStop || write.item.stoppedBy === undefined);
  if (!write.applied && !mine) return undefined;
  return parseStrictly(ReserverState, write.item?.state ?? FIRST, 'state of the reserver');
}

/**
 * The kill switch: nothing more is written to the control plane, and what is reserved stays. A turn that has begun ends
 * first. It outlives deployments, as the table does.
 */
export async function stopReserver(table: Table, by: StoppedBy): Promise<void> {
  const first = {
    any: [
      { attribute: 'stoppedBy', exists: false },
      { attribute: 'stoppedBy', equals: by },
    ],
  };
  await table.update(KEY, { set: { stoppedBy: by } }, by === 'operator' ? undefined : first);
}

/** Lets the reserver go on that was stopped by a person, or by the clean-up; who stopped it otherwise has to say so. */
export async function startReserver(table: Table, by: StoppedBy): Promise<void> {
  await table.update(KEY, { remove: ['stoppedBy'] }, { attribute: 'stoppedBy', equals: by });
}

/** Ends a turn; one that was taken over meanwhile changes nothing. */
export async function endTurn(table: Table, owner: string, state: ReserverState): Promise<void> {
  await table.update(KEY, { set: { state, busyUntil: 0 } }, { attribute: 'owner', equals: owner });
}
