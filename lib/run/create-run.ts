import { ForeshardError } from '../core/foreshard-error.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { Item, Table } from '../ports/table.ts';
import type { Shard, ShardedOperation, Sharding } from '../shards/sharding.ts';
import { chunkCount, chunkItem, chunkSize, type OperationRecord, operationItem } from './operation-record.ts';
import { parseRun, type RunRecord, runItem, runKey } from './run-record.ts';
import { type ShardRecord, shardItem } from './shard-record.ts';
import type { PlannedShard } from './update-plan.ts';

/** Conditional writes in flight: they cannot be batched, and one DynamoDB partition takes 1,000 a second. */
const CREATES_AT_ONCE_MAX = 32;

export interface NewRun {
  readonly run: Pick<RunRecord, 'run' | 'workflow' | 'createdAt' | 'deadlineAt' | 'priority' | 'documents'>;
  /** Shards that wait for canaries name that need among theirs. */
  readonly sharding: Pick<Sharding, 'operations' | 'shards'>;
  /** Where a shard should run, until a plan is written over it. */
  readonly place: (shard: Shard) => Omit<PlannedShard, 'shard'>;
}

/**
 * Stores a run with its operations and shards. Whatever exists already is left as it is, so a creation that was cut
 * off may be repeated while shards run.
 *
 * @returns the run as it is stored
 * @throws {ForeshardError} `InvalidInput` when another workflow runs under this name
 * @complexity one write for each shard, operation and 256 shards of an operation
 */
export async function createRun(table: Table, { run, sharding, place }: NewRun): Promise<RunRecord> {
  const { operations, shards } = sharding;
  const counts = { operationCount: operations.length, shardCount: shards.length };
  const fresh: RunRecord = { ...run, ...counts, state: 'CREATING', met: new Set() };
  const stored = parseRun(await putIfAbsent(table, runItem(fresh)));
  if (stored.workflow !== run.workflow || stored.shardCount !== shards.length) throw nameTaken(stored, fresh);
  if (stored.state !== 'CREATING') return stored;
  const items = [
    ...operations.flatMap((operation, position) => barrierItems(run.run, { operation, position, operations })),
    ...shards.map((shard) => shardItem(newShard(fresh, shard, place(shard)))),
  ];
  await inParallel(items, CREATES_AT_ONCE_MAX, (item) => putIfAbsent(table, item));
  const write = await table.update(
    runKey(run.run),
    { set: { state: 'OPEN' } },
    { attribute: 'state', equals: 'CREATING' },
  );
  return write.item ? parseRun(write.item) : stored;
}

function barrierItems(
  run: string,
  cut: {
    readonly operation: ShardedOperation;
    readonly position: number;
    readonly operations: readonly ShardedOperation[];
  },
): readonly Item[] {
  const { id, type, shardCount, after } = cut.operation;
  const waitsWide = ({ after: edges }: ShardedOperation) =>
    edges.some(({ operation, edge }) => operation === id && edge === 'wide');
  const record: OperationRecord = {
    run,
    operation: id,
    position: cut.position,
    type,
    shardCount,
    after,
    wideDependents: cut.operations.filter(waitsWide).map((dependent) => dependent.id),
    fullChunks: new Set(),
    tails: new Set(),
  };
  const chunks = Array.from({ length: chunkCount(shardCount) }, (_, chunk) =>
    chunkItem({ run, operation: id, chunk, size: chunkSize(shardCount, chunk), done: new Set() }),
  );
  return [operationItem(record), ...chunks];
}

function newShard(run: RunRecord, shard: Shard, placed: Omit<PlannedShard, 'shard'>): ShardRecord {
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
