import * as z from 'zod';
import type { RunId, ShardType } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { runPartition } from './run-record.ts';

const TypeTier = z.strictObject({ type: z.string(), memoryMiB: z.number().positive() });

/** Decides the tier of a type for the rest of the run: every plan from now on follows it. The last word counts. */
export async function writeTypeTier(
  table: Table,
  run: RunId,
  { type, memoryMiB }: { readonly type: ShardType; readonly memoryMiB: MemoryMiB },
): Promise<void> {
  await table.put({ partition: runPartition(run), sort: `TIER#${type}`, type, memoryMiB });
}

/** The types whose tier was decided in the run. */
export async function readTypeTiers(table: Table, run: RunId): Promise<ReadonlyMap<ShardType, MemoryMiB>> {
  const tiers = new Map<ShardType, MemoryMiB>();
  for await (const item of table.query({ partition: runPartition(run), sortPrefix: 'TIER#' })) {
    const { partition: _partition, sort, ...rest } = item;
    const { type, memoryMiB } = parseStrictly(TypeTier, rest, `tier '${sort}'`);
    tiers.set(type, memoryMiB);
  }
  return tiers;
}
