import type { ShardType } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { LoadHistory } from '../forecast/forecast-load.ts';
import type { Table } from '../ports/table.ts';
import { contextMetrics } from '../profile/context-metrics.ts';
import type { Profile } from '../profile/profile.ts';
import { gridValues } from '../profile/series/bucket.ts';
import { factorValues } from '../profile/series/factor-values.ts';
import { gridStart, resolutionFor } from '../profile/series/resolution.ts';
import { readBuckets } from '../profile/series/series-store.ts';
import { loadSeries } from './load-series.ts';

/** Two months: enough for a week to be seen eight times. */
const HISTORY_MS = 56 * 86_400_000;
const HOURLY = resolutionFor(Number.POSITIVE_INFINITY);

/**
 * A type's load hour by hour, with the outside factors that its newest attempts had.
 *
 * @param readUntil everything before it was read; an hour that it cuts is left out
 * @returns undefined when there is no whole hour
 */
export async function loadHistory(
  table: Table,
  type: ShardType,
  { profile, readUntil }: { readonly profile: Profile | undefined; readonly readUntil: EpochMs },
): Promise<LoadHistory | undefined> {
  const { stepMs } = HOURLY;
  const until = gridStart(readUntil, stepMs);
  const read = async (series: string) =>
    (await readBuckets(table, series, { resolution: HOURLY, now: readUntil })).filter(
      ({ at }) => at >= until - HISTORY_MS && at < until,
    );
  const attempts = await read(loadSeries(type));
  const from = attempts[0]?.at;
  if (from === undefined) return undefined;
  const grid = { from, until, stepMs };
  const counts = gridValues(attempts, { ...grid, statistic: 'count' });
  const factors = [];
  for (const name of factorNames(profile)) {
    const buckets = await read(factorSeries(type, name));
    factors.push({ name, values: factorValues({ name, buckets }, { ...grid, counts }) });
  }
  const busy = gridValues(attempts, { ...grid, statistic: 'sum' }).map((sumMs) => sumMs / stepMs);
  return { values: busy, startedAt: from, factors };
}

/** The metrics of the factors that a type's newest attempts had. */
export function factorNames(profile: Profile | undefined): readonly string[] {
  const names = (profile?.samples ?? []).flatMap(({ context }) => Object.keys(contextMetrics(context)));
  return [...new Set(names)].sort().slice(0, FACTORS_MAX);
}

/** A text with many values is no factor. */
const FACTORS_MAX = 12;

export function factorSeries(type: ShardType, name: string): string {
  return `${name}#${type}`;
}
