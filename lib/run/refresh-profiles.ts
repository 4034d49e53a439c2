import { byCodeUnit } from '../core/by-code-unit.ts';
import type { ShardType } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { type ArrivalForecast, forecastEnd, measuredCoverage } from '../forecast/forecast-arrivals.ts';
import type { Services } from '../ports/services.ts';
import type { Profile } from '../profile/profile.ts';
import { catchUpWindows } from '../profile/series/catch-up-windows.ts';
import { storeBuckets } from '../profile/series/series-store.ts';
import { type FollowedType, followedTypes, markProgress, type Progress } from './followed-types.ts';
import { factorNames, factorSeries } from './load-history.ts';
import { LOAD_METRIC } from './load-series.ts';
import { readProfiles } from './profile-store.ts';
import type { Shared } from './refit-outlook.ts';
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
  const followed = await followedTypes(services.table);
  const names = followed.map(({ type }) => type);
  const refresh = { until, shared: sharedByTypes(names, services) };
  const done: Done[] = [];
  for (const group of groupsOf(followed)) done.push(...(await refreshGroup(group, refresh, services)));
  const typesOf = (of: Done['outcome']) => done.flatMap(({ type, outcome }) => (outcome === of ? [type] : []));
  const decayed = done.flatMap(({ type, decays }) => (decays ? [type] : []));
  const coverages = done.flatMap(({ coverage }) => (coverage === undefined ? [] : [coverage]));
  return {
    refitted: typesOf('refitted'),
    unchanged: typesOf('unchanged'),
    skipped: typesOf('skipped'),
    lowestCoverage: coverages.length > 0 ? Math.min(...coverages) : undefined,
    decayed,
    decayedCount: decayed.length,
  };
}

interface Refresh {
  readonly until: EpochMs;
  readonly shared: Shared;
}

/** What became of one type. */
interface Done extends Pick<FollowedType, 'type' | 'coverage'> {
  readonly outcome: 'refitted' | 'unchanged' | 'skipped';
  readonly decays: boolean;
}

async function refreshGroup(
  group: readonly FollowedType[],
  { until, shared }: Refresh,
  services: Needed,
): Promise<readonly Done[]> {
  const { table, clock } = services;
  const skip = (one: FollowedType): Done => ({ ...one, outcome: 'skipped', decays: false });
  if (clock.now() >= until) return group.map(skip);
  const profiles = await readProfiles(
    table,
    group.map(({ type }) => type),
  );
  const { changed, readUntil } = await takeIn(group, profiles, services);
  const done: Done[] = [];
  for (const one of group) {
    const { type, reachesUntil, coverage } = one;
    if (!changed.has(type) && reaches(one, readUntil)) {
      await markProgress(table, type, { readUntil, reachesUntil, coverage });
      done.push({ ...one, outcome: 'unchanged', decays: false });
    } else if (clock.now() >= until) done.push(skip(one));
    else {
      const { forecast, decays } = await refitType({ type, profile: profiles.get(type), readUntil, shared }, services);
      const progress = { readUntil, ...(forecast && progressOf(forecast)) };
      await markProgress(table, type, progress);
      done.push({ type, coverage: progress.coverage, outcome: 'refitted', decays });
    }
  }
  return done;
}

function progressOf(forecast: ArrivalForecast): Omit<Progress, 'readUntil'> {
  const { accuracy } = forecast;
  const coverage = accuracy.seenCount >= SEEN_MIN ? measuredCoverage(accuracy) : undefined;
  return { reachesUntil: forecastEnd(forecast), ...(coverage !== undefined && { coverage }) };
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

function reaches({ reachesUntil }: FollowedType, now: EpochMs): boolean {
  return reachesUntil === undefined || reachesUntil - now >= REACH_MIN_MS;
}
