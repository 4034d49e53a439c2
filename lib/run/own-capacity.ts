import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ItemKey, Table } from '../ports/table.ts';
import { runPartition } from './run-record.ts';

const OwnCapacity = z.strictObject({ vcpuMax: z.number().positive() });

/** Decides how many vCPUs the run's slots may use together: every plan from now on keeps to it. The last word counts. */
export async function writeOwnCapacity(table: Table, run: RunId, vcpuMax: number): Promise<void> {
  await table.put({ ...keyOf(run), vcpuMax });
}

/** Nothing before it was decided for the first time. */
export async function readOwnCapacity(table: Table, run: RunId): Promise<number | undefined> {
  const item = await table.get(keyOf(run));
  if (!item) return undefined;
  const { partition: _partition, sort: _sort, ...rest } = item;
  return parseStrictly(OwnCapacity, rest, `capacity of run '${run}'`).vcpuMax;
}

function keyOf(run: RunId): ItemKey {
  return { partition: runPartition(run), sort: 'CAPACITY' };
}
