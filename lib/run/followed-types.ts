import * as z from 'zod';
import type { ShardType } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { Item, Table } from '../ports/table.ts';

const PARTITION = 'FOLLOWED';

/** How far the refresher has come with a type. */
const Progress = z.strictObject({
  /** Everything before it was read from the metrics and stored. */
  readUntil: z.number(),
  /** Its forecast of arrivals ends here; absent when there is none. */
  reachesUntil: z.number().optional(),
  /** The share of what arrived that lay inside its interval; absent before enough of it is known. */
  coverage: z.number().optional(),
});
export type Progress = z.infer<typeof Progress>;

const TypeItem = Progress.partial({ readUntil: true }).extend({ type: z.string() });

/** A type whose series the refresher follows: a line of a list that is read whole. */
export type FollowedType = z.infer<typeof TypeItem>;

/** Lets the refresher follow a type; one that it follows already keeps what is known. */
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
export async function markProgress(table: Table, type: ShardType, progress: Progress): Promise<void> {
  await table.put({ partition: PARTITION, sort: type, type, ...progress });
}

function parsed({ partition, sort, ...item }: Item): FollowedType {
  return parseStrictly(TypeItem, item, `${partition} type '${sort}'`);
}
