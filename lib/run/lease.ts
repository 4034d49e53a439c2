import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId, ShardId } from '../core/ids.ts';
import type { Condition } from '../ports/table.ts';
import type { ShardRecord } from './shard-record.ts';

/** The right to advance, commit or give back one shard: good for one epoch and one owner. */
export interface Lease {
  readonly run: RunId;
  readonly shard: ShardId;
  readonly operation: string;
  /** The shard that this one's index began with. */
  readonly root: ShardId;
  readonly epoch: number;
  readonly owner: string;
}

/** @throws {ForeshardError} `InvariantBroken` when nobody owns the shard */
export function leaseOf(shard: ShardRecord): Lease {
  const { run, shard: id, operation, root, epoch, owner } = shard;
  if (owner === undefined) {
    throw new ForeshardError(
      'InvariantBroken',
      `shard '${id}' of run '${run}' has no owner in epoch ${epoch}; claim it first`,
    );
  }
  return { run, shard: id, operation, root, epoch, owner };
}

/** The fence: the shard runs, under this epoch and for this owner. */
export function heldUnder({ epoch, owner }: Lease): Condition {
  return {
    all: [
      { attribute: 'state', equals: 'RUNNING' },
      { attribute: 'epoch', equals: epoch },
      { attribute: 'owner', equals: owner },
    ],
  };
}

/** The same of a record that was read. */
export function isHeldUnder(shard: ShardRecord, lease: Lease): boolean {
  return shard.state === 'RUNNING' && shard.epoch === lease.epoch && shard.owner === lease.owner;
}
