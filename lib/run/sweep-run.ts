import { type Need, originalOf, splitNeed } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { DurationMs, EpochMs, MemoryMiB } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { cannotWin, dropCopy } from './copy-shard.ts';
import { decideCut } from './decide-cut.ts';
import { decideMerge } from './decide-merge.ts';
import { needParts } from './need-parts.ts';
import { openShard } from './open-shard.ts';
import { isReleased, ONLY_CHUNK, operationKey } from './operation-record.ts';
import { type RunView, readRun } from './read-run.ts';
import { RELEASES_AT_ONCE_MAX } from './release-need.ts';
import { releaseShard, type Verdict } from './release-shard.ts';
import { changeItem } from './require-item.ts';
import { settleIndex, settleLeaf, settleOperation } from './settle-index.ts';
import { indexDone, queueOf, readyQueue, type ShardRecord, shardKey } from './shard-record.ts';

export interface SweepRequest {
  readonly run: string;
  readonly now: EpochMs;
  readonly graceMs: DurationMs;
  /** What becomes of a shard whose lease ran out. */
  readonly judge: (shard: ShardRecord) => Verdict;
}

export interface Sweep {
  /** Shards and copies whose lease had run out, as they are now. */
  readonly expired: readonly ShardRecord[];
  /** What a crash had left half done. */
  readonly repairCount: number;
}

/**
 * Brings to an end whatever was cut off half way, and frees what nobody works on any more. It acts on one look at the
 * run: what it saw done stays done, and everything else is checked by the write itself, so sweeps may overlap with
 * each other and with the workers.
 *
 * @complexity reads the whole run; writes only what has to be repaired
 */
export async function sweepRun(table: Table, request: SweepRequest): Promise<Sweep> {
  const { run, now } = request;
  const view = await readRun(table, run);
  const expired = await releaseExpired(table, view, request);
  const repairs = [
    ...undecidedCuts(table, view, now),
    ...undecidedMerges(table, view, now),
    ...unsettledLeaves(table, view, now),
    ...unsettledOperations(table, view, now),
    ...unopenedShards(table, view, now),
    ...unnamedTails(table, view),
    ...idleCopies(table, view),
    ...(await unlistedShards(table, view)),
  ];
  await inParallel(repairs, RELEASES_AT_ONCE_MAX, (repair) => repair());
  return { expired, repairCount: repairs.length };
}

type Repair = () => Promise<unknown>;

const NO_TRACE = { name: 'WorkerDied', message: 'its lease ran out without a word' } as const;

async function releaseExpired(
  table: Table,
  { shards, copies }: RunView,
  request: SweepRequest,
): Promise<readonly ShardRecord[]> {
  const { now, graceMs, judge } = request;
  const leaseEndedBefore = now - graceMs;
  const silent = [...shards.values(), ...copies].filter(
    ({ state, leaseUntil = 0 }) => state === 'RUNNING' && leaseUntil < leaseEndedBefore,
  );
  const releases = await inParallel(silent, RELEASES_AT_ONCE_MAX, (shard) =>
    releaseShard(table, shard, { verdict: judge(shard), error: NO_TRACE, now, leaseEndedBefore }),
  );
  return releases.flatMap((release) => (release.released ? [release.shard] : []));
}

/** Tails that were made, but whose cut nobody decided or carried out. */
function undecidedCuts(table: Table, { shards }: RunView, now: EpochMs): readonly Repair[] {
  const undecided = [...shards.values()].filter((shard) => shard.state === 'BLOCKED' && isProposal(shard));
  return undecided.map((tail) => () => decideCut(table, tail, { now }));
}

/** Shards that were set aside for a merge that nobody decided or carried out. */
function undecidedMerges(table: Table, { shards }: RunView, now: EpochMs): readonly Repair[] {
  const undecided = [...shards.values()].filter(({ state }) => state === 'MERGING');
  return undecided.map((next) => () => decideMerge(table, next, now));
}

function isProposal({ shard, parent, met }: ShardRecord): boolean {
  return parent !== shard && !met.has(splitNeed(shard));
}

/** Leaves that are over, but not entered into their index; settling one settles all that follows from it. */
function unsettledLeaves(table: Table, { shards }: RunView, now: EpochMs): readonly Repair[] {
  const unsettled = [...shards.values()].filter(
    ({ state, shard, root }) => (state === 'DONE' || state === 'REMOVED') && !shards.get(root)?.doneLeaves.has(shard),
  );
  return unsettled.map((leaf) => () => settleLeaf(table, leaf, now));
}

/** Indexes that are missing in their chunk, chunks in their operation, and operations that told nobody. */
function unsettledOperations(table: Table, view: RunView, now: EpochMs): readonly Repair[] {
  const chunks = new Map(view.chunks.map((chunk) => [`${chunk.operation}#${chunk.chunk}`, chunk]));
  const operations = new Map(view.operations.map((operation) => [operation.operation, operation]));
  const indexes = [...view.shards.values()].filter((shard) => {
    if (shard.root !== shard.shard || !indexDone(shard) || !shard.barrier) return false;
    if (shard.chunk === undefined) return !operations.get(shard.operation)?.fullChunks.has(ONLY_CHUNK);
    const chunk = chunks.get(`${shard.operation}#${shard.chunk}`);
    const entered = chunk?.done.has(String(shard.index)) ?? false;
    const full = chunk !== undefined && chunk.done.size >= chunk.size;
    return !entered || (full && !operations.get(shard.operation)?.fullChunks.has(String(chunk.chunk)));
  });
  const silent = view.operations.filter(
    (one) => one.fullChunks.size >= one.chunkCount && (one.completedAt === undefined || !isReleased(one)),
  );
  return [
    ...indexes.map((root) => () => settleIndex(table, root, now)),
    ...silent.map((operation) => () => settleOperation(table, operation, now)),
  ];
}

/** Shards that were not told of what is met, or were told all and not opened. */
function unopenedShards(table: Table, view: RunView, now: EpochMs): readonly Repair[] {
  const completed = new Set(
    view.operations.flatMap(({ operation, completedAt }) => (completedAt === undefined ? [] : [operation])),
  );
  const isMet = (need: Need) => {
    const { kind, of } = needParts(need);
    if (kind === 'wide') return completed.has(of);
    if (kind === 'canary') return view.run.met.has(need);
    const root = kind === 'narrow' ? view.shards.get(of) : undefined;
    return root !== undefined && indexDone(root);
  };
  return [...view.shards.values()].flatMap((shard) => {
    if (shard.state !== 'BLOCKED' || isProposal(shard)) return [];
    const met = new Set(shard.needs.filter((need) => !shard.met.has(need) && isMet(need)));
    const told = shard.needs.every((need) => shard.met.has(need));
    return met.size > 0 || told ? [() => openShard(table, shard, { met, now })] : [];
  });
}

/** Tails that are part of their operation, but that it does not count. */
function unnamedTails(table: Table, { shards, operations }: RunView): readonly Repair[] {
  const named = new Map(operations.map(({ operation, tails }) => [operation, tails]));
  const unnamed = [...shards.values()].filter(
    ({ shard, operation, parent }) => shards.get(parent)?.tails.has(shard) && !named.get(operation)?.has(shard),
  );
  return unnamed.map(
    ({ run, operation, shard }) =>
      () =>
        changeItem(table, operationKey(run, operation), { add: { tails: new Set([shard]) } }),
  );
}

/** Copies that nobody has begun, and whose shard does not need them any more. */
function idleCopies(table: Table, { shards, copies }: RunView): readonly Repair[] {
  const idle = copies.filter((copy) => {
    const original = shards.get(originalOf(copy.shard));
    return copy.state === 'READY' && original !== undefined && cannotWin(copy, original);
  });
  return idle.map((copy) => () => dropCopy(table, copy));
}

/**
 * Ready shards that the queue does not list. An index of DynamoDB catches up by itself; the embedded one is written
 * before its item, and a process that is killed in between leaves the item out for ever.
 */
async function unlistedShards(table: Table, { run, shards }: RunView): Promise<readonly Repair[]> {
  const ready = [...shards.values()].filter(({ state }) => state === 'READY');
  const tiers = new Set<MemoryMiB>(ready.map(({ memoryTierMiB }) => memoryTierMiB));
  const listed = new Set<unknown>();
  for (const tier of tiers) {
    for (const { shard } of await table.queryQueue({ queue: readyQueue(run.run, tier) })) listed.add(shard);
  }
  const unlisted = ready.filter(({ shard }) => !listed.has(shard));
  return unlisted.map((shard) => () => relist(table, shard));
}

function relist(table: Table, shard: ShardRecord): Promise<unknown> {
  const { run, epoch, memoryTierMiB, rank } = shard;
  return table.update(
    shardKey(run, shard.shard),
    { set: { ...queueOf(shard) } },
    {
      all: [
        { attribute: 'state', equals: 'READY' },
        { attribute: 'epoch', equals: epoch },
        { attribute: 'memoryTierMiB', equals: memoryTierMiB },
        { attribute: 'plannedRank', equals: rank },
      ],
    },
  );
}
