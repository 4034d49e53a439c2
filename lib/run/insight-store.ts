import * as z from 'zod';
import type { ShardType } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import { ArrivalRecord } from '../forecast/arrival-record.ts';
import { DayShape } from '../forecast/day-shape.ts';
import { LoadOutlook } from '../forecast/load-outlook.ts';
import type { ItemKey, Table } from '../ports/table.ts';

/** What the refresher found out about a type beside its forecast of arrivals: for people, not for plans. */
export const TypeInsight = z.strictObject({
  /** What became of the forecasts of arrivals. */
  arrivals: ArrivalRecord.optional(),
  /** The next two days. */
  outlook: LoadOutlook.optional(),
  /** What other types borrow while they are new. */
  shape: DayShape.optional(),
});
export type TypeInsight = z.infer<typeof TypeInsight>;

/** Nothing yet of a type that was never refreshed. */
export async function readInsight(table: Table, type: ShardType): Promise<TypeInsight> {
  const item = await table.get(insightKey(type));
  // Written otherwise by the first day's refreshers; theirs is made anew.
  return typeof item?.text === 'string'
    ? parseStrictly(TypeInsight, JSON.parse(item.text), `insight into '${type}'`)
    : {};
}

/** Replaces it; only the refresher writes. As text: DynamoDB refuses numbers as small as a p-value can be. */
export async function writeInsight(table: Table, type: ShardType, insight: TypeInsight): Promise<void> {
  await table.put({ ...insightKey(type), text: JSON.stringify(insight) });
}

function insightKey(type: ShardType): ItemKey {
  return { partition: `PROFILE#${type}`, sort: 'INSIGHT' };
}
