import { ForeshardError } from '../core/foreshard-error.ts';
import { type ShardId, splitNeed } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { type Cut, decideCut } from './decide-cut.ts';
import { needParts } from './need-parts.ts';
import { endOf, parseShard, type ShardRecord, shardItem } from './shard-record.ts';

export interface SplitRequest {
  /** First unit of the tail: inside the shard's range, and of a running shard not before its cursor. */
  readonly at: number;
  readonly now: EpochMs;
  /**
   * Where the tail should run.
   *
   * @default - as the shard that it is cut off
   */
  readonly tail?: Partial<Pick<ShardRecord, 'memoryTierMiB' | 'zone' | 'rank'>>;
}

/**
 * Cuts the tail off a shard that waits or runs: the tail is made, one write on the shard decides, the tail is opened.
 * Of two cuts at once one is decided first, and who comes second helps it on.
 *
 * @param shard as it was read; a running one is cut only in the same epoch
 * @throws {ForeshardError} `InvalidInput` when the cut is not inside the range
 */
export async function splitShard(table: Table, shard: ShardRecord, request: SplitRequest): Promise<Cut> {
  const { at, now } = request;
  if (!(at > shard.range.start && at < endOf(shard))) throw outside(shard, at);
  if (!isCuttable(shard)) return { cut: false };
  const fresh = tailOf(shard, request);
  const write = await table.put(shardItem(fresh), { attribute: 'partition', exists: false });
  const tail = write.item ? parseShard(write.item) : fresh;
  return decideCut(table, tail, { now, ...(shard.state === 'RUNNING' && { epoch: shard.epoch }) });
}

/** The next tail's name follows from the cuts that were decided, so two cuts at once make the same one. */
function tailId(parent: ShardId, cut: number): ShardId {
  return `${parent}.${cut}`;
}

/** A tail whose own cut is not decided owns no range that could be cut. */
function isCuttable(shard: ShardRecord): boolean {
  const decided = shard.parent === shard.shard || shard.met.has(splitNeed(shard.shard));
  return decided && ['BLOCKED', 'READY', 'RUNNING'].includes(shard.state);
}

function tailOf(parent: ShardRecord, { at, tail = {} }: SplitRequest): ShardRecord {
  const { run, operation, index, chunk, barrier, type, generation, root } = parent;
  const { memoryTierMiB, zone, rank } = { ...parent, ...tail };
  const id = tailId(parent.shard, parent.cuts + 1);
  const inherited = parent.needs.filter((need) => needParts(need).kind !== 'split');
  const end = endOf(parent);
  return {
    ...{ run, operation, index, barrier, type, generation, root, memoryTierMiB, zone, rank },
    ...(chunk !== undefined && { chunk }),
    shard: id,
    parent: parent.shard,
    range: { start: at, end },
    bytes: (parent.bytes * (end - at)) / (end - parent.range.start),
    state: 'BLOCKED',
    epoch: 0,
    cursor: at,
    attempts: 0,
    needs: [...inherited, splitNeed(id)],
    met: new Set(inherited.filter((need) => parent.met.has(need))),
    feeds: [],
    cuts: 0,
    tails: new Set(),
    leaves: new Set(),
    doneLeaves: new Set(),
  };
}

function outside(shard: ShardRecord, at: number): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `shard '${shard.shard}' cannot be cut at ${at}: its range goes from ${shard.range.start} to ${endOf(shard)}; cut between them`,
  );
}
