import type { RunId } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { Table } from '../ports/table.ts';
import { ShardAttempt } from '../profile/shard-attempt.ts';
import { runPartition } from './run-record.ts';

/** Keeps the telemetry of attempts as the run's shard history. Storing an attempt again changes nothing. */
export async function storeAttempts(table: Table, attempts: readonly ShardAttempt[]): Promise<void> {
  const items = attempts.map((attempt) => ({
    partition: runPartition(attempt.run),
    sort: `ATTEMPT#${attempt.copy ?? attempt.shard}#${attempt.epoch}`,
    attempt,
  }));
  if (items.length > 0) await table.putAll(items);
}

/** Every attempt of a run that was reported, by shard and epoch. */
export async function readAttempts(table: Table, run: RunId): Promise<readonly ShardAttempt[]> {
  const attempts: ShardAttempt[] = [];
  for await (const item of table.query({ partition: runPartition(run), sortPrefix: 'ATTEMPT#' })) {
    attempts.push(parseStrictly(ShardAttempt, item.attempt, `telemetry ${item.sort}`));
  }
  return attempts;
}
