import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import type { Table } from '../ports/table.ts';
import { parseChunk } from './operation-record.ts';
import { runPartition } from './run-record.ts';

export interface DoneCount {
  /** Indexes that are done, of operations with more than one. */
  readonly doneCount: number;
  /** True when no such index is left. */
  readonly isAll: boolean;
}

/**
 * Counts what is done without reading a shard.
 *
 * @complexity one item for every 256 shards
 */
export async function countDone(table: Table, run: RunId): Promise<DoneCount> {
  const items = await collect(table.query({ partition: runPartition(run), sortPrefix: 'DONE#' }));
  const chunks = items.map(parseChunk);
  const doneCount = chunks.reduce((sum, { done }) => sum + done.size, 0);
  return { doneCount, isAll: doneCount >= chunks.reduce((sum, { size }) => sum + size, 0) };
}
