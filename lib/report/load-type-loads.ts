import type { ShardType } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import { readInsight } from '../run/insight-store.ts';
import { loadHistory } from '../run/load-history.ts';
import type { TypeLoad } from './type-load.ts';

/** A week of the past stands before two days of the future. */
const HISTORY_HOURS = 168;
const HOUR_MS = 3_600_000;
/** Types that a report shows: their pictures and nothing else would fill it. */
const TYPES_MAX = 12;

/** What the refresher has found out about the types of a run; none of those that it has not seen yet. */
export async function loadTypeLoads(
  types: Iterable<ShardType>,
  now: EpochMs,
  { table, settings }: Pick<Services, 'table' | 'settings'>,
): Promise<readonly TypeLoad[]> {
  const loads: TypeLoad[] = [];
  for (const type of [...new Set(types)].sort().slice(0, TYPES_MAX)) {
    const { outlook, arrivals } = await readInsight(table, type);
    if (outlook === undefined) continue;
    const history = await loadHistory(table, type, { profile: undefined, readUntil: outlook.startsAt });
    const hours = (history?.values ?? []).map((busySlots, hour) => ({
      at: (history?.startedAt ?? now) + hour * HOUR_MS,
      busySlots,
    }));
    loads.push({
      type,
      history: hours.slice(-HISTORY_HOURS),
      startsAt: outlook.startsAt,
      ahead: outlook.hours,
      judged: arrivals?.steps ?? [],
      days: arrivals?.days ?? [],
      level: settings.level,
      factors: outlook.factors,
    });
  }
  return loads;
}
