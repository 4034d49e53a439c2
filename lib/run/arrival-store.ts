import * as z from 'zod';
import type { ShardType } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { EpochMs } from '../core/quantity.ts';
import { ArrivalForecast } from '../forecast/forecast-arrivals.ts';
import type { Expected } from '../plan/expected-counts.ts';
import type { Item, Table } from '../ports/table.ts';

const PARTITION = 'PROFILER';

const TypeItem = z.strictObject({
  type: z.string(),
  /** Everything before it was read from the metrics and stored. */
  readUntil: z.number().optional(),
  forecast: ArrivalForecast.optional(),
  /** `[memory in MiB, share]` of the type's newest shards. */
  tierShares: z.array(z.tuple([z.number(), z.number()])).default([]),
});

/** A type whose series the profiler follows, and how far it has come. */
export type FollowedType = z.infer<typeof TypeItem>;

/** Lets the profiler follow a type; one that it follows already keeps what is known. */
export async function followType(table: Table, type: ShardType): Promise<void> {
  await table.update({ partition: PARTITION, sort: type }, { set: { type } });
}

/** Every type that has run, by name. */
export async function followedTypes(table: Table): Promise<readonly FollowedType[]> {
  const found: FollowedType[] = [];
  for await (const item of table.query({ partition: PARTITION })) found.push(parsed(item));
  return found;
}

/** Marks what was stored: reading goes on from here. */
export async function markRead(table: Table, type: ShardType, readUntil: EpochMs): Promise<void> {
  await table.update({ partition: PARTITION, sort: type }, { set: { readUntil } });
}

/** Replaces a type's forecast, or takes it away when nothing arrives any more. */
export async function writeArrivals(
  table: Table,
  type: ShardType,
  { forecast, tierShares }: { readonly forecast: ArrivalForecast | undefined } & Pick<Expected, 'tierShares'>,
): Promise<void> {
  const set = { tierShares: [...tierShares] };
  const change = forecast ? { set: { ...set, forecast } } : { set, remove: ['forecast'] };
  await table.update({ partition: PARTITION, sort: type }, change);
}

/** What the reserver has to expect. */
export async function readExpected(table: Table): Promise<readonly Expected[]> {
  const types = await followedTypes(table);
  return types.flatMap(({ forecast, tierShares }) => (forecast ? [{ forecast, tierShares: new Map(tierShares) }] : []));
}

/** A type's forecast of arrivals; nothing when there is none. */
export async function readArrivals(table: Table, type: ShardType): Promise<ArrivalForecast | undefined> {
  const item = await table.get({ partition: PARTITION, sort: type });
  return item && parsed(item).forecast;
}

function parsed({ partition, sort, ...item }: Item): FollowedType {
  return parseStrictly(TypeItem, item, `followed type '${sort}' of ${partition}`);
}
