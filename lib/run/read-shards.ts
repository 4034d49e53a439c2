import type { RunId } from '../core/ids.ts';
import type { Table } from '../ports/table.ts';
import { runPartition } from './run-record.ts';
import { parseShard, type ShardRecord } from './shard-record.ts';

/** All shards of a run, or of one of its operations, in any state; strongly consistent page by page. */
export async function* readShards(table: Table, run: RunId, operation?: string): AsyncIterable<ShardRecord> {
  const sortPrefix = operation === undefined ? 'SHARD#' : `SHARD#${operation}/`;
  for await (const item of table.query({ partition: runPartition(run), sortPrefix })) yield parseShard(item);
}

/** Every copy that was made in a run, in any state. */
export async function* readCopies(table: Table, run: RunId): AsyncIterable<ShardRecord> {
  for await (const item of table.query({ partition: runPartition(run), sortPrefix: 'COPY#' })) yield parseShard(item);
}
