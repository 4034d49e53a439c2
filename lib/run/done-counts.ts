import type { RunId } from '../core/ids.ts';
import type { Table } from '../ports/table.ts';
import { parseChunk } from './operation-record.ts';
import { runPartition } from './run-record.ts';

/** How many of each operation's shards, as first cut, are done: one small read, good enough to show progress. */
export async function doneCounts(table: Table, run: RunId): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for await (const item of table.query({ partition: runPartition(run), sortPrefix: 'DONE#' })) {
    const { operation, done } = parseChunk(item);
    counts.set(operation, (counts.get(operation) ?? 0) + done.size);
  }
  return counts;
}
