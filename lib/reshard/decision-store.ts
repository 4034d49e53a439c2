import type { RunId } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { Table } from '../ports/table.ts';
import { runPartition } from '../run/run-record.ts';
import { ReshardRecord } from './reshard-record.ts';

/** Keeps decisions; keeping one again changes nothing. */
export async function storeDecisions(table: Table, run: RunId, decisions: readonly ReshardRecord[]): Promise<void> {
  const items = decisions.map((decision) => ({
    partition: runPartition(run),
    sort: `DECISION#${decision.at}#${decision.operation ?? ''}#${decision.change}`,
    decision,
  }));
  if (items.length > 0) await table.putAll(items);
}

/** Every decision of a run, the oldest first. */
export async function readDecisions(table: Table, run: RunId): Promise<readonly ReshardRecord[]> {
  const decisions: ReshardRecord[] = [];
  for await (const item of table.query({ partition: runPartition(run), sortPrefix: 'DECISION#' })) {
    decisions.push(parseStrictly(ReshardRecord, item.decision, `decision ${item.sort}`));
  }
  return decisions.sort((a, b) => a.at - b.at);
}
