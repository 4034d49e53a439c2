import type { ShardType } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { type DayShape, dayShape } from '../forecast/day-shape.ts';
import { forecastLoad } from '../forecast/forecast-load.ts';
import type { LstmDocument } from '../forecast/lstm/lstm-document.ts';
import type { Services } from '../ports/services.ts';
import type { Profile } from '../profile/profile.ts';
import type { TypeInsight } from './insight-store.ts';
import { loadHistory } from './load-history.ts';

/** What all types of a refresh share, read when the first of them asks. */
export interface Shared {
  network(): Promise<LstmDocument | undefined>;
  /** Shapes of the day of other types. */
  shapes(type: ShardType): Promise<readonly DayShape[]>;
}

interface Outlook {
  readonly type: ShardType;
  readonly profile: Profile | undefined;
  readonly readUntil: EpochMs;
  readonly shared: Shared;
}

const HOUR_MS = 3_600_000;
/** With more hours of its own a type looks at no others. */
const NEW_HOURS_MAX = 96;

/** Makes a type's outlook anew when another hour is over; else the insight stays as it is. */
export async function refitOutlook(
  insight: TypeInsight,
  { type, profile, readUntil, shared }: Outlook,
  { table, settings, models }: Pick<Services, 'table' | 'settings' | 'models'>,
): Promise<TypeInsight> {
  const { level, calendar } = settings;
  const { timeZone = 'UTC', holidays = [] } = calendar ?? {};
  if (insight.outlook && readUntil - insight.outlook.startsAt < HOUR_MS) return insight;
  const history = await loadHistory(table, type, { profile, readUntil });
  if (history === undefined) return insight;
  const isNew = history.values.length < NEW_HOURS_MAX;
  const firstHour = Math.floor(history.startedAt / HOUR_MS) % 24;
  const shape = dayShape(history.values, { firstHour, level });
  const outlook = forecastLoad(history, {
    level,
    timeZone,
    holidays,
    network: await shared.network(),
    models,
    shapes: isNew ? await shared.shapes(type) : [],
  });
  return { ...insight, outlook, ...(shape && { shape }) };
}
