import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { Item, Table } from '../ports/table.ts';
import type { Shard, ShardedOperation } from '../shards/sharding.ts';
import { needParts } from './need-parts.ts';
import { chunkItem, DONE_CHUNK_SIZE, type DoneChunk, type OperationRecord, operationItem } from './operation-record.ts';
import { parseRun, type RunRecord, runItem, runKey } from './run-record.ts';
import { type ShardRecord, shardItem } from './shard-record.ts';
import type { PlannedShard } from './update-plan.ts';

/** Conditional writes in flight: they cannot be batched, and one DynamoDB partition takes 1,000 a second. */
const CREATES_AT_ONCE_MAX = 32;

/** What the protocol needs to know of an operation. */
export type CutOperation = Pick<ShardedOperation, 'id' | 'type' | 'shardCount' | 'after'>;

export interface NewRun {
  readonly run: Pick<RunRecord, 'run' | 'workflow' | 'createdAt' | 'deadlineAt' | 'priority'>;
  /** Shards that wait for canaries name that need among theirs. */
  readonly sharding: { readonly operations: readonly CutOperation[]; readonly shards: readonly Shard[] };
  /** Where a shard should run, until a plan is written over it. */
  readonly place: (shard: Shard) => Omit<PlannedShard, 'shard'>;
  /**
   * Indexes in one done-chunk.
   *
   * @default 256
   */
  readonly chunkSize?: number;
}

/**
 * Stores a run with its operations and shards. Whatever exists already is left as it is, so a creation that was cut
 * off may be repeated while shards run.
 *
 * @returns the run as it is stored
 * @throws {ForeshardError} `InvalidInput` when another workflow runs under this name
 * @complexity one write for each shard, operation and 256 shards of an operation
 */
export async function createRun(table: Table, request: NewRun): Promise<RunRecord> {
  const { run, sharding, place, chunkSize = DONE_CHUNK_SIZE } = request;
  const { operations, shards } = sharding;
  const counts = { operationCount: operations.length, shardCount: shards.length };
  const fresh: RunRecord = { ...run, ...counts, state: 'CREATING', met: new Set() };
  const first = await table.put(runItem(fresh), { attribute: 'partition', exists: false });
  const stored = first.item ? parseRun(first.item) : fresh;
  if (stored.workflow !== run.workflow || stored.shardCount !== shards.length) throw nameTaken(stored, fresh);
  if (stored.state !== 'CREATING') return stored;
  const dependents = dependentsOf(shards);
  const alone = new Set(operations.filter(({ shardCount }) => shardCount === 1).map(({ id }) => id));
  const barriers = operations.flatMap((operation, position) => [
    operationItem(newOperation(run.run, { operation, position, dependents, chunkSize })),
    ...newChunks(run.run, operation, chunkSize).map(chunkItem),
  ]);
  // barriers hold nothing that the sweep could not restore from the shards: whoever is first may write them in batches
  if (first.applied) await table.putAll(barriers);
  else await inParallel(barriers, CREATES_AT_ONCE_MAX, (item) => putIfAbsent(table, item));
  await inParallel(shards, CREATES_AT_ONCE_MAX, (shard) => {
    const only = alone.has(shard.operation);
    const barrier = !only || dependents.has(shard.operation);
    const chunk = only ? {} : { chunk: Math.floor(shard.index / chunkSize) };
    return putIfAbsent(table, shardItem(newShard(fresh, shard, { ...place(shard), ...chunk, barrier })));
  });
  const opened = await table.update(
    runKey(run.run),
    { set: { state: 'OPEN' }, remove: ['outcome', 'endedAt'] },
    { attribute: 'state', equals: 'CREATING' },
  );
  return opened.item ? parseRun(opened.item) : stored;
}

/**
 * Who waits for each operation as a whole. The needs decide, not the edges: a narrow edge from an operation that was not
 * cut is a barrier too.
 */
function dependentsOf(shards: readonly Pick<Shard, 'operation' | 'needs'>[]): ReadonlyMap<string, ReadonlySet<string>> {
  const dependents = new Map<string, Set<string>>();
  for (const { operation, needs } of shards) {
    for (const need of needs) {
      const { kind, of } = needParts(need);
      if (kind === 'wide') dependents.set(of, (dependents.get(of) ?? new Set()).add(operation));
    }
  }
  return dependents;
}

function newOperation(
  run: RunId,
  made: {
    readonly operation: CutOperation;
    readonly position: number;
    readonly dependents: ReadonlyMap<string, ReadonlySet<string>>;
    readonly chunkSize: number;
  },
): OperationRecord {
  const { id, type, shardCount, after } = made.operation;
  return {
    run,
    operation: id,
    position: made.position,
    type,
    shardCount,
    after,
    wideDependents: [...(made.dependents.get(id) ?? [])],
    chunkCount: Math.ceil(shardCount / made.chunkSize),
    fullChunks: new Set(),
    tails: new Set(),
  };
}

function newChunks(run: RunId, { id, shardCount }: CutOperation, chunkSize: number): readonly DoneChunk[] {
  if (shardCount === 1) return [];
  return Array.from({ length: Math.ceil(shardCount / chunkSize) }, (_, chunk) => {
    const size = Math.min(chunkSize, shardCount - chunk * chunkSize);
    return { run, operation: id, chunk, size, done: new Set() };
  });
}

function newShard(
  run: RunRecord,
  shard: Shard,
  placed: Omit<PlannedShard, 'shard'> & Pick<ShardRecord, 'chunk' | 'barrier'>,
): ShardRecord {
  const { id, ...rest } = shard;
  const ready = shard.needs.length === 0;
  return {
    ...rest,
    ...placed,
    run: run.run,
    shard: id,
    state: ready ? 'READY' : 'BLOCKED',
    ...(ready && { readyAt: run.createdAt }),
    epoch: 0,
    cursor: shard.range.start,
    attempts: 0,
    met: new Set(),
    generation: 0,
    parent: id,
    root: id,
    cuts: 0,
    tails: new Set(),
    leaves: new Set([id]),
    doneLeaves: new Set(),
  };
}

async function putIfAbsent(table: Table, item: Item): Promise<Item> {
  const write = await table.put(item, { attribute: 'partition', exists: false });
  return write.item ?? item;
}

function nameTaken(stored: RunRecord, fresh: RunRecord): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `run '${stored.run}' is there already with workflow '${stored.workflow}' and ${stored.shardCount} shards, ` +
      `not '${fresh.workflow}' and ${fresh.shardCount}; give the run another name`,
  );
}
