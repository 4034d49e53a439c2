import { byCodeUnit } from '../core/by-code-unit.ts';
import { collect } from '../core/collect.ts';
import { canaryNeed, type Need, type RunId, type ShardType } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { openShard } from './open-shard.ts';
import { parseOperation } from './operation-record.ts';
import { readShards } from './read-shards.ts';
import { runKey, runPartition } from './run-record.ts';
import type { ShardRecord } from './shard-record.ts';

/** Requests in flight while many shards are told the same: below what one DynamoDB partition takes in a second. */
export const RELEASES_AT_ONCE_MAX = 24;

/**
 * Tells every waiting shard of an operation that a need of it is met.
 *
 * The reason why it is met must have been stored before: a shard that is cut off another one meanwhile looks there.
 */
export async function releaseNeed(
  table: Table,
  need: { readonly run: RunId; readonly operation: string; readonly need: Need },
  now: EpochMs,
): Promise<void> {
  await tell(table, await collect(readShards(table, need.run, need.operation)), { need: need.need, now });
}

/** Those that are planned to run first are told first: workers take what is ready. */
async function tell(
  table: Table,
  shards: readonly ShardRecord[],
  { need, now }: { readonly need: Need; readonly now: EpochMs },
): Promise<void> {
  const untold = shards
    .filter(({ state, needs, met }) => state === 'BLOCKED' && needs.includes(need) && !met.has(need))
    .sort((a, b) => byCodeUnit(a.rank, b.rank));
  const met = new Set([need]);
  await inParallel(untold, RELEASES_AT_ONCE_MAX, (shard) => openShard(table, shard, { met, now }));
}

/** With more operations of a type than this, reading the whole run takes fewer requests. */
const QUERIES_MAX = 16;

/** The canaries of a type were judged: lets the other shards of the type start. */
export async function releaseCanary(
  table: Table,
  canary: { readonly run: RunId; readonly type: ShardType },
  now: EpochMs,
): Promise<void> {
  const need = canaryNeed(canary.type);
  await table.update(runKey(canary.run), { add: { met: new Set([need]) } }, { attribute: 'run', exists: true });
  const operations = (await collect(table.query({ partition: runPartition(canary.run), sortPrefix: 'OP#' })))
    .map(parseOperation)
    .filter(({ type }) => type === canary.type);
  if (operations.length <= QUERIES_MAX) {
    for (const { operation } of operations) await releaseNeed(table, { run: canary.run, operation, need }, now);
  } else await tell(table, await collect(readShards(table, canary.run)), { need, now });
}
