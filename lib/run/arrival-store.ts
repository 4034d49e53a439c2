import * as z from 'zod';
import type { ShardType } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import { ArrivalForecast } from '../forecast/arrival-forecast.ts';
import type { Expected } from '../plan/expected-counts.ts';
import type { Item, ItemKey, Table } from '../ports/table.ts';

/** The reserver reads all of them each minute: an item is what it needs and no more. */
const PARTITION = 'EXPECTED';

const ExpectedItem = z.strictObject({
  startsAt: z.number(),
  stepMs: z.number().positive(),
  uppers: z.array(z.number()),
  /** `[memory in MiB, share]` of the type's newest shards. */
  tierShares: z.array(z.tuple([z.number(), z.number()])),
});

/** Bounds are kept to a thousandth of a slot, upwards: a sixth of the bytes of a whole number. */
const PER_SLOT = 1_000;

interface Arrivals {
  /** Nothing when nothing arrives any more. */
  readonly forecast: ArrivalForecast | undefined;
  readonly tierShares: Expected['tierShares'];
}

/**
 * Replaces a type's forecast of arrivals, or takes it away. Broken off between its two writes it leaves the reserver
 * with the one before, until the type is made anew.
 */
export async function writeArrivals(table: Table, type: ShardType, { forecast, tierShares }: Arrivals): Promise<void> {
  if (forecast === undefined) {
    await table.delete(forecastKey(type));
    await table.delete({ partition: PARTITION, sort: type });
    return;
  }
  await table.put({ ...forecastKey(type), forecast });
  await table.put({ partition: PARTITION, sort: type, ...expectedItem(forecast, tierShares) });
}

function expectedItem(
  { startsAt, stepMs, busySlots }: ArrivalForecast,
  tierShares: Expected['tierShares'],
): z.infer<typeof ExpectedItem> {
  const uppers = busySlots.map(({ upper }) => Math.ceil(upper * PER_SLOT) / PER_SLOT);
  return { startsAt, stepMs, uppers, tierShares: [...tierShares] };
}

/** What the reserver has to expect, type by type. */
export async function readExpected(table: Table): Promise<readonly Expected[]> {
  const expected: Expected[] = [];
  for await (const item of table.query({ partition: PARTITION })) expected.push(parsed(item));
  return expected;
}

function parsed({ partition, sort, ...item }: Item): Expected {
  const { tierShares, ...rest } = parseStrictly(ExpectedItem, item, `${partition} of '${sort}'`);
  return { ...rest, tierShares: new Map(tierShares) };
}

/** A type's forecast of arrivals; nothing when there is none. */
export async function readArrivals(table: Table, type: ShardType): Promise<ArrivalForecast | undefined> {
  const item = await table.get(forecastKey(type));
  return item && parseStrictly(ArrivalForecast, item.forecast, `forecast of arrivals of '${type}'`);
}

function forecastKey(type: ShardType): ItemKey {
  return { partition: `PROFILE#${type}`, sort: 'ARRIVALS' };
}
