import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import type { Table } from '../ports/table.ts';
import { type DoneChunk, type OperationRecord, parseChunk, parseOperation } from './operation-record.ts';
import { readCopies, readShards } from './read-shards.ts';
import { requireItem } from './require-item.ts';
import { parseRun, type RunRecord, runKey, runPartition } from './run-record.ts';
import type { ShardRecord } from './shard-record.ts';

/** Everything that the protocol knows of a run, each item as it was at some moment of the reading. */
export interface RunView {
  readonly run: RunRecord;
  /** In topological order. */
  readonly operations: readonly OperationRecord[];
  readonly chunks: readonly DoneChunk[];
  readonly shards: ReadonlyMap<string, ShardRecord>;
  /** Second attempts, whatever has become of them. */
  readonly copies: readonly ShardRecord[];
}

/** @throws {ForeshardError} `InvariantBroken` when there is no such run */
export async function readRun(table: Table, run: RunId): Promise<RunView> {
  const partition = runPartition(run);
  const shards = await collect(readShards(table, run));
  return {
    run: parseRun(await requireItem(table, runKey(run))),
    operations: await readOperations(table, run),
    chunks: (await collect(table.query({ partition, sortPrefix: 'DONE#' }))).map(parseChunk),
    shards: new Map(shards.map((shard) => [shard.shard, shard])),
    copies: await collect(readCopies(table, run)),
  };
}

/** The operations of a run, in topological order. */
export async function readOperations(table: Table, run: RunId): Promise<readonly OperationRecord[]> {
  const items = await collect(table.query({ partition: runPartition(run), sortPrefix: 'OP#' }));
  return items.map(parseOperation).sort((a, b) => a.position - b.position);
}
