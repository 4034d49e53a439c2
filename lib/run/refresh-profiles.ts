import { byCodeUnit } from '../core/by-code-unit.ts';
import type { ShardType } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { measuredCoverage } from '../forecast/forecast-arrivals.ts';
import type { Services } from '../ports/services.ts';
import type { Profile } from '../profile/profile.ts';
import { catchUpWindows } from '../profile/series/catch-up-windows.ts';
import { storeBuckets } from '../profile/series/series-store.ts';
import { type FollowedType, followedTypes, markRead } from './arrival-store.ts';
import { factorNames, factorSeries } from './load-history.ts';
import { LOAD_METRIC } from './load-series.ts';
import { readProfiles } from './profile-store.ts';
import { refitType } from './refit-type.ts';
import { sharedByTypes } from './shared-by-types.ts';

/** What a refresh did and what it left to the next one. */
export interface Refreshed {
  /** Types whose forecast was made anew. */
  readonly refitted: readonly ShardType[];
  /** Types to which nothing new had come, and whose forecast still reaches far enough. */
  readonly unchanged: readonly ShardType[];
  /** Types for which no time was left; the next refresh takes them first. */
  readonly skipped: readonly ShardType[];
  /** Of all types' intervals that have come true or not; undefined before there were any. */
  readonly lowestCoverage: number | undefined;
  /** Of those made anew, the types whose forecasts got worse: an alarm looks at their number. */
  readonly decayed: readonly ShardType[];
  readonly decayedCount: number;
}

type Needed = Pick<Services, 'table' | 'objects' | 'metrics' | 'clock' | 'settings' | 'models'>;

/** Types that are read together: two queries each, and two for each outside factor, far below one call's limit. */
const TYPES_AT_ONCE_MAX = 100;

/** A forecast is made anew when less than this is left of it. */
const REACH_MIN_MS = 3 * 3_600_000;

/** With fewer outcomes a coverage is chance. */
const SEEN_MIN = 24;

/**
 * Takes in what was measured since the last time, and makes the forecasts of those types anew to which something came.
 * It can be broken off at any moment and called again: buckets are stored before the mark of how far they were read.
 *
 * @param until types that have not begun by then are left to the next refresh
 */
export async function refreshProfiles(services: Needed, until: EpochMs): Promise<Refreshed> {
  const { table, clock } = services;
  const refitted: ShardType[] = [];
  const unchanged: ShardType[] = [];
  const skipped: ShardType[] = [];
  const decayed: ShardType[] = [];
  const followed = await followedTypes(table);
  const shared = sharedByTypes(
    followed.map(({ type }) => type),
    services,
  );
  for (const group of groupsOf(followed)) {
    const names = group.map(({ type }) => type);
    if (clock.now() >= until) {
      skipped.push(...names);
      continue;
    }
    const profiles = await readProfiles(table, names);
    const news = await takeIn(group, profiles, services);
    for (const one of group) {
      const isNew = news.changed.has(one.type);
      if (!isNew && reaches(one, news.readUntil)) unchanged.push(one.type);
      else if (clock.now() >= until) skipped.push(one.type);
      else {
        const decays = await refitType(
          one,
          { profile: profiles.get(one.type), readUntil: news.readUntil, shared },
          services,
        );
        refitted.push(one.type);
        if (decays) decayed.push(one.type);
      }
      if (!skipped.includes(one.type)) await markRead(table, one.type, news.readUntil);
    }
  }
  const coverage = lowestCoverage(await followedTypes(table));
  return { refitted, unchanged, skipped, lowestCoverage: coverage, decayed, decayedCount: decayed.length };
}

/** Those that waited longest come first; types that were read up to the same moment are read together. */
function groupsOf(types: readonly FollowedType[]): readonly (readonly FollowedType[])[] {
  const byCursor = [...Map.groupBy(types, ({ readUntil = 0 }) => readUntil)].sort(([a], [b]) => a - b);
  return byCursor.flatMap(([, group]) => {
    const sorted = group.toSorted((a, b) => byCodeUnit(a.type, b.type));
    const count = Math.ceil(sorted.length / TYPES_AT_ONCE_MAX);
    return Array.from({ length: count }, (_, at) => sorted.slice(at * TYPES_AT_ONCE_MAX, (at + 1) * TYPES_AT_ONCE_MAX));
  });
}

interface News {
  readonly changed: ReadonlySet<ShardType>;
  readonly readUntil: EpochMs;
}

/** Reads and stores what a group's cursor says is missing. */
async function takeIn(
  group: readonly FollowedType[],
  profiles: ReadonlyMap<ShardType, Profile>,
  { table, metrics, clock }: Needed,
): Promise<News> {
  const cursor = group[0]?.readUntil;
  const changed = new Set<ShardType>();
  const windows = catchUpWindows(cursor, clock.now());
  const series = group.flatMap(({ type }) =>
    [LOAD_METRIC, ...factorNames(profiles.get(type))].map((metric) => ({ metric, type, dimensions: { type } })),
  );
  for (const window of windows) {
    const read = await metrics.read(series, window);
    for (const [position, { metric, type }] of series.entries()) {
      const buckets = read[position] ?? [];
      if (buckets.length > 0) await storeBuckets(table, factorSeries(type, metric), { buckets, stepMs: window.stepMs });
      if (metric === LOAD_METRIC && buckets.some(({ at }) => at >= (cursor ?? 0))) changed.add(type);
    }
  }
  return { changed, readUntil: windows.at(-1)?.until ?? clock.now() };
}

function reaches({ forecast }: FollowedType, now: EpochMs): boolean {
  if (forecast === undefined) return true;
  return forecast.startsAt + forecast.busySlots.length * forecast.stepMs - now >= REACH_MIN_MS;
}

function lowestCoverage(types: readonly FollowedType[]): number | undefined {
  const judged = types.flatMap(({ forecast }) => {
    const coverage = forecast && forecast.accuracy.seenCount >= SEEN_MIN && measuredCoverage(forecast.accuracy);
    return typeof coverage === 'number' ? [coverage] : [];
  });
  return judged.length > 0 ? Math.min(...judged) : undefined;
}
