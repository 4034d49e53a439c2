import { isCopy } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Condition, Table } from '../ports/table.ts';
import { outrun } from './copy-shard.ts';
import { heldUnder, isHeldUnder, type Lease } from './lease.ts';
import { endOf, parseShard, type ShardRecord, shardKey } from './shard-record.ts';

export interface AdvanceRequest {
  /** The end of the block that the worker is about to take; the same as before for a mere heartbeat. */
  readonly cursor: number;
  readonly leaseUntil: EpochMs;
}

export type Advance =
  /** The worker may take everything before the cursor; `end` is where its shard ends now. */
  | { readonly kind: 'advanced'; readonly end: number }
  /** The tail was cut off before the cursor: take no more than up to `end`. Nothing was advanced. */
  | { readonly kind: 'cut'; readonly end: number }
  /** Another epoch has the shard, or (`outrun`) another attempt beside this one was first: stop, throw the output away. */
  | { readonly kind: 'lost'; readonly outrun: boolean };

/**
 * Heartbeat and cursor in one write: the worker takes its next block only through it, so a cut beyond the stored
 * cursor never takes away what is being read. May be repeated; a late duplicate never moves the cursor back.
 */
export async function advanceCursor(table: Table, lease: Lease, request: AdvanceRequest): Promise<Advance> {
  const { cursor, leaseUntil } = request;
  const write = await table.update(
    shardKey(lease.run, lease.shard),
    { set: { cursor, leaseUntil } },
    { all: [heldUnder(lease), { attribute: 'cursor', atMost: cursor }, endsNotBefore(cursor)] },
  );
  const shard = write.item && parseShard(write.item);
  if (!shard || !isHeldUnder(shard, lease)) return { kind: 'lost', outrun: isOver(shard, lease) };
  if (isCopy(lease.shard) && (await outrun(table, shard))) return { kind: 'lost', outrun: true };
  return { kind: endOf(shard) < cursor ? 'cut' : 'advanced', end: endOf(shard) };
}

/** A copy leaves the epoch as it is: who was taken for dead sees a later one. */
function isOver(shard: ShardRecord | undefined, { epoch }: Lease): boolean {
  return shard?.state === 'DONE' && shard.epoch === epoch;
}

function endsNotBefore(cursor: number): Condition {
  return {
    any: [
      { attribute: 'splitAt', atLeast: cursor },
      {
        all: [
          { attribute: 'splitAt', exists: false },
          { attribute: 'end', atLeast: cursor },
        ],
      },
    ],
  };
}
