import * as z from 'zod';
import { parseStrictly } from '../../core/parse-strictly.ts';
import type { EpochMs } from '../../core/quantity.ts';
import type { Item, ItemKey, Table } from '../../ports/table.ts';
import { type Bucket, coarserBuckets, mergeBuckets } from './bucket.ts';
import type { Window } from './catch-up-windows.ts';
import { gridStart, RESOLUTIONS, type Resolution } from './resolution.ts';

/** `[steps since the chunk's start, count, sum]` for each bucket: a third of what named fields take. */
const Chunk = z.array(z.tuple([z.int().nonnegative(), z.number().nonnegative(), z.number()]));

/**
 * Stores buckets of one series on their grid and every coarser one. Storing the same again changes nothing.
 *
 * @param series `durationMs#clean@1`: the metric and what it is of
 * @param buckets of whole hours, but for the last hour: coarser ones are made of them
 */
export async function storeBuckets(
  table: Table,
  series: string,
  { buckets, stepMs }: { readonly buckets: readonly Bucket[] } & Pick<Window, 'stepMs'>,
): Promise<void> {
  for (const resolution of RESOLUTIONS.filter((one) => one.stepMs >= stepMs)) {
    const chunks = Map.groupBy(coarserBuckets(buckets, resolution.stepMs), ({ at }) =>
      gridStart(at, resolution.chunkMs),
    );
    for (const [start, read] of chunks) await mergeChunk(table, { series, resolution, start, read });
  }
}

interface ChunkMerge {
  readonly series: string;
  readonly resolution: Resolution;
  readonly start: EpochMs;
  readonly read: readonly Bucket[];
}

async function mergeChunk(table: Table, { series, resolution, start, read }: ChunkMerge): Promise<void> {
  const key = chunkKey(series, resolution, start);
  const item = await table.get(key);
  const stored = item ? bucketsOf(item, resolution, start) : [];
  const { stepMs, chunkMs, retentionMs } = resolution;
  await table.put({
    ...key,
    start,
    buckets: mergeBuckets(stored, read).map(({ at, count, sum }) => [(at - start) / stepMs, count, sum]),
    expiresAt: Math.ceil((start + chunkMs + retentionMs) / 1_000),
  });
}

/**
 * Reads a series on one grid, ascending. What is older than the grid's retention is left out, whether or not the table
 * still has it.
 */
export async function readBuckets(
  table: Table,
  series: string,
  { resolution, now }: { readonly resolution: Resolution; readonly now: EpochMs },
): Promise<readonly Bucket[]> {
  const found: Bucket[] = [];
  const { partition } = chunkKey(series, resolution, 0);
  for await (const item of table.query({ partition, sortPrefix: `${resolution.stepMs}#` })) {
    found.push(...bucketsOf(item, resolution, Number(item.start)));
  }
  return found.filter(({ at }) => at >= now - resolution.retentionMs);
}

function bucketsOf(item: Item, { stepMs }: Resolution, start: EpochMs): readonly Bucket[] {
  const chunk = parseStrictly(Chunk, item.buckets, `series '${item.partition}', ${item.sort}`);
  return chunk.map(([step, count, sum]) => ({ at: start + step * stepMs, count, sum }));
}

/** Chunks sort by time: their starts are of one length from 2001 to 2286. */
function chunkKey(series: string, { stepMs }: Resolution, start: EpochMs): ItemKey {
  return { partition: `SERIES#${series}`, sort: `${stepMs}#${String(start).padStart(13, '0')}` };
}
