import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import type { Item, ItemKey } from '../ports/table.ts';

/** One run of a workflow. Large things (definition, sharding, forecast, plan) lie in the object store. */
export const RunRecord = z.strictObject({
  run: z.string(),
  workflow: z.string(),
  /** `CREATING` until every shard is stored; `ENDED` once its outcome is written. */
  state: z.enum(['CREATING', 'OPEN', 'ENDED']),
  createdAt: z.number(),
  deadlineAt: z.number(),
  priority: z.int(),
  operationCount: z.int().positive(),
  /** As the sharder cut the workflow: what re-sharding adds is not in it. */
  shardCount: z.int().positive(),
  /** Canary needs that were released: see core/ids. */
  met: z.set(z.string()),
  /** Up to when the run's attempts were counted for or against their zones. */
  zonesSeenAt: z.number().optional(),
  outcome: z.string().optional(),
  endedAt: z.number().optional(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** Partition of everything that belongs to a run. */
export function runPartition(run: RunId): string {
  return `RUN#${run}`;
}

export function runKey(run: RunId): ItemKey {
  return { partition: runPartition(run), sort: 'RUN' };
}

/** DynamoDB stores no empty set: an absent one is empty. */
export function runItem(record: RunRecord): Item {
  const { met, ...rest } = record;
  return { ...runKey(record.run), ...rest, ...(met.size > 0 && { met }) };
}

/** @throws {ZodError} when the item is no run record */
export function parseRun(item: Item): RunRecord {
  // runs of the first days have `documents`, always empty
  const { partition: _partition, sort: _sort, documents: _documents, ...rest } = item;
  return RunRecord.parse({ ...rest, met: rest.met ?? new Set() });
}
