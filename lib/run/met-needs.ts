import type { Need } from '../core/ids.ts';
import type { Table } from '../ports/table.ts';
import { intakeKeyOf } from './backlog/intake-record.ts';
import { needParts } from './need-parts.ts';
import { operationKey, parseOperation } from './operation-record.ts';
import { requireItem } from './require-item.ts';
import { parseRun, runKey } from './run-record.ts';
import { indexDone, parseShard, type ShardRecord, shardKey } from './shard-record.ts';

/**
 * Which needs of a shard are met, by the reason as it is stored and not by who was told: a wide one by its operation,
 * a narrow one by the index that it names, a canary by the run, an intake by its record, a split by the shard that was
 * cut.
 *
 * @complexity one strongly consistent read for each need that the shard was not told of
 */
export async function metNeeds(table: Table, shard: ShardRecord): Promise<ReadonlySet<Need>> {
  const met = new Set<Need>();
  for (const need of shard.needs) {
    if (shard.met.has(need) || (await isMet(table, shard, need))) met.add(need);
  }
  return met;
}

async function isMet(table: Table, { run, parent }: ShardRecord, need: Need): Promise<boolean> {
  const { kind, of } = needParts(need);
  switch (kind) {
    case 'wide':
      return parseOperation(await requireItem(table, operationKey(run, of))).completedAt !== undefined;
    case 'narrow':
      return indexDone(parseShard(await requireItem(table, shardKey(run, of))));
    case 'canary':
      return parseRun(await requireItem(table, runKey(run))).met.has(need);
    case 'intake':
      return (await table.get(intakeKeyOf(run, of))) !== undefined;
    case 'split':
      return parseShard(await requireItem(table, shardKey(run, parent))).tails.has(of);
  }
}
