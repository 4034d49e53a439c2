import { collect } from '../core/collect.ts';
import type { Need, RunId, ShardId } from '../core/ids.ts';
import type { Table } from '../ports/table.ts';
import { needParts } from './need-parts.ts';
import type { OperationRecord } from './operation-record.ts';
import { readOperations } from './read-run.ts';
import { readShards } from './read-shards.ts';
import { indexDone, type ShardRecord } from './shard-record.ts';

/** How far an operation is, in shards; what was cut off a shard counts as one of its own. */
export interface OperationProgress {
  readonly operation: string;
  readonly total: number;
  readonly done: number;
  readonly running: number;
  readonly ready: number;
  /** Waiting for what can still be met. */
  readonly blocked: number;
  readonly poisoned: number;
  /** Waiting for what never will be met, because something before them is poisoned. */
  readonly doomed: number;
}

export interface RunProgress {
  /** In topological order. */
  readonly operations: readonly OperationProgress[];
  /**
   * Waiting shards which will never start. A canary among them has ended without a verdict: whoever judges canaries
   * must not wait for it.
   */
  readonly doomedShards: ReadonlySet<ShardId>;
  /** Shards that a worker holds, copies not among them. */
  readonly runningShards: readonly ShardRecord[];
  /** Attempts that failed, at shards of operations that have begun and are not complete. */
  readonly failedAttemptCount: number;
  /** `complete`: every operation is. `stuck`: nothing runs, and nothing can start any more. */
  readonly state: 'running' | 'complete' | 'stuck';
}

/**
 * How far a run is.
 *
 * @param known all shards of the run, when they have just been read: none is read again
 * @complexity reads the shards of operations that have begun and are not complete, or never will begin, page by page; all
 *   shards at once when many operations are incomplete
 */
export async function runProgress(table: Table, run: RunId, known?: readonly ShardRecord[]): Promise<RunProgress> {
  const operations = await readOperations(table, run);
  const dead: Dead = { operations: new Set(), whole: new Set(), indexes: new Set(), shards: new Set() };
  const complete = new Set<string>();
  const progress: OperationProgress[] = [];
  const runningShards: ShardRecord[] = [];
  let failedAttemptCount = 0;
  const shardsOf = known ? among(known) : await shardReader(table, run, operations);
  for (const operation of operations) {
    if (operation.completedAt !== undefined) complete.add(operation.operation);
    const barred = barredBy(operation, complete, dead);
    const whole = barred || complete.has(operation.operation);
    const shards = whole && barred !== 'doomed' ? [] : await shardsOf(operation.operation);
    // its completion is not written down: see `barrier` of the shard record
    if (shards.some((shard) => !shard.barrier && indexDone(shard))) complete.add(operation.operation);
    progress.push(whole ? unread(operation, barred) : counted(operation, shards, dead));
    failedAttemptCount += shards.reduce((sum, { attempts }) => sum + attempts, 0);
    runningShards.push(...shards.filter(({ state }) => state === 'RUNNING'));
    buryOperation(operation, { shards, barred }, dead);
  }
  return {
    operations: progress,
    doomedShards: dead.shards,
    runningShards,
    failedAttemptCount,
    state: stateOf(progress, complete.size === operations.length),
  };
}

/** With more incomplete operations than this, reading everything takes fewer requests. */
const QUERIES_MAX = 16;

type ShardReader = (operation: string) => Promise<readonly ShardRecord[]>;

async function shardReader(table: Table, run: RunId, operations: readonly OperationRecord[]): Promise<ShardReader> {
  const incomplete = operations.filter(({ completedAt }) => completedAt === undefined);
  if (incomplete.length <= QUERIES_MAX) return (operation) => collect(readShards(table, run, operation));
  return among(await collect(readShards(table, run)));
}

function among(shards: readonly ShardRecord[]): ShardReader {
  const byOperation = Map.groupBy(shards, ({ operation }) => operation);
  return async (operation) => byOperation.get(operation) ?? [];
}

/** What can never be met any more. */
interface Dead {
  /** Operations of which some index is dead: whoever needs all of it waits in vain. */
  readonly operations: Set<string>;
  /** Operations of which every index is dead. */
  readonly whole: Set<string>;
  /** First shards of dead indexes. */
  readonly indexes: Set<ShardId>;
  /** Shards that wait in vain. */
  readonly shards: Set<ShardId>;
}

/** Behind a wide edge that is not complete nothing has begun: `doomed` when it never will be, else `blocked`. */
function barredBy(
  { after }: OperationRecord,
  complete: ReadonlySet<string>,
  dead: Dead,
): 'blocked' | 'doomed' | undefined {
  const open = after.filter(({ operation, edge }) => edge === 'wide' && !complete.has(operation));
  if (open.some(({ operation }) => dead.operations.has(operation))) return 'doomed';
  return open.length > 0 ? 'blocked' : undefined;
}

function unread(operation: OperationRecord, barred: 'blocked' | 'doomed' | undefined): OperationProgress {
  const total = operation.shardCount + operation.tails.size;
  return { ...NOTHING, operation: operation.operation, total, [barred ?? 'done']: total };
}

const NOTHING = { total: 0, done: 0, running: 0, ready: 0, blocked: 0, poisoned: 0, doomed: 0 };

const COUNTED_AS = {
  BLOCKED: 'blocked',
  READY: 'ready',
  MERGING: 'blocked',
  RUNNING: 'running',
  DONE: 'done',
  POISONED: 'poisoned',
} as const;

function counted(operation: OperationRecord, shards: readonly ShardRecord[], dead: Dead): OperationProgress {
  const counts = { ...NOTHING };
  for (const shard of shards) {
    if (shard.state === 'REMOVED') continue;
    counts.total += 1;
    counts[isDoomed(shard, dead) ? 'doomed' : COUNTED_AS[shard.state]] += 1;
  }
  return { operation: operation.operation, ...counts };
}

function isDoomed(shard: ShardRecord, dead: Dead): boolean {
  return shard.state === 'BLOCKED' && shard.needs.some((need) => !shard.met.has(need) && isDead(need, dead));
}

function isDead(need: Need, dead: Dead): boolean {
  const { kind, of } = needParts(need);
  if (kind === 'wide') return dead.operations.has(of);
  return kind === 'narrow' && (dead.indexes.has(of) || dead.whole.has(of.slice(0, of.indexOf('/'))));
}

function buryOperation(
  { operation }: OperationRecord,
  seen: { readonly shards: readonly ShardRecord[]; readonly barred: 'blocked' | 'doomed' | undefined },
  dead: Dead,
): void {
  if (seen.barred === 'doomed') dead.whole.add(operation);
  for (const shard of seen.shards) {
    const doomed = isDoomed(shard, dead);
    if (doomed) dead.shards.add(shard.shard);
    if (doomed || shard.state === 'POISONED') dead.indexes.add(shard.root);
  }
  const some = seen.shards.some(({ root }) => dead.indexes.has(root));
  if (some || dead.whole.has(operation)) dead.operations.add(operation);
}

function stateOf(operations: readonly OperationProgress[], complete: boolean): RunProgress['state'] {
  if (complete) return 'complete';
  const alive = operations.some(({ ready, running, blocked }) => ready + running + blocked > 0);
  const lost = operations.some(({ poisoned, doomed }) => poisoned + doomed > 0);
  return alive || !lost ? 'running' : 'stuck';
}
