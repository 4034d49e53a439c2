import type { EpochMs } from '../core/quantity.ts';
import type { ArrivalForecast } from '../forecast/arrival-forecast.ts';
import { forecastEnd, measuredCoverage } from '../forecast/forecast-arrivals.ts';
import type { Services } from '../ports/services.ts';
import type { Profile } from '../profile/profile.ts';
import { type FollowedType, markProgress, type Progress } from './followed-types.ts';
import { readProfiles } from './profile-store.ts';
import type { Shared } from './refit-outlook.ts';
import { refitType } from './refit-type.ts';
import { failureOfType } from './refresh-failure.ts';
import { takeInMetrics } from './take-in-metrics.ts';

export type RefreshServices = Pick<Services, 'table' | 'objects' | 'metrics' | 'clock' | 'settings' | 'models'>;

/** What a refresh does alike for all its groups. */
export interface Refresh {
  /** Types that have not begun by then are left. */
  readonly until: EpochMs;
  readonly shared: Shared;
}

/** What became of one type. */
export interface RefreshedType extends Pick<FollowedType, 'type' | 'coverage'> {
  readonly outcome: 'refitted' | 'unchanged' | 'skipped' | 'failed';
  /** Whether its forecasts have got worse than they were, or than they promise. */
  readonly decays?: boolean;
  /** Why it failed. */
  readonly failure?: string;
}

/** A forecast is made anew when less than this is left of it. */
const REACH_MIN_MS = 3 * 3_600_000;

/** With fewer outcomes a coverage is chance. */
const SEEN_MIN = 24;

/** Takes in what is new of types that were read up to the same moment, and makes those anew that it changes. */
export async function refreshGroup(
  group: readonly FollowedType[],
  refresh: Refresh,
  services: RefreshServices,
): Promise<readonly RefreshedType[]> {
  const { table, clock } = services;
  if (clock.now() >= refresh.until) return group.map(skipped);
  const names = group.map(({ type }) => type);
  const profiles = await readProfiles(table, names);
  const { changed, failures, readUntil } = await takeInMetrics(group, profiles, services);
  const done: RefreshedType[] = [];
  for (const one of group) {
    const failure = failures.get(one.type);
    const news = { isChanged: changed.has(one.type), readUntil, profile: profiles.get(one.type) };
    done.push(failure === undefined ? await refreshType(one, { ...refresh, ...news }, services) : failed(one, failure));
  }
  return done;
}

interface News extends Refresh {
  readonly isChanged: boolean;
  readonly readUntil: EpochMs;
  readonly profile: Profile | undefined;
}

async function refreshType(
  one: FollowedType,
  { isChanged, readUntil, profile, until, shared }: News,
  services: RefreshServices,
): Promise<RefreshedType> {
  const { table, clock } = services;
  const { type, reachesUntil, coverage } = one;
  if (!isChanged && reaches(one, readUntil)) {
    await markProgress(table, type, { readUntil, reachesUntil, coverage });
    return { type, coverage, outcome: 'unchanged' };
  }
  if (clock.now() >= until) return skipped(one);
  try {
    const { forecast, decays } = await refitType({ type, profile, readUntil, shared }, services);
    const progress = { readUntil, ...(forecast && progressOf(forecast)) };
    await markProgress(table, type, progress);
    return { type, coverage: progress.coverage, outcome: 'refitted', decays };
  } catch (error) {
    return failed(one, failureOfType(error));
  }
}

function skipped({ type, coverage }: FollowedType): RefreshedType {
  return { type, coverage, outcome: 'skipped' };
}

/** It stays unread, so that the next refresh begins with it. */
function failed({ type, coverage }: FollowedType, failure: string): RefreshedType {
  return { type, coverage, outcome: 'failed', failure };
}

function reaches({ reachesUntil }: FollowedType, now: EpochMs): boolean {
  return reachesUntil === undefined || reachesUntil - now >= REACH_MIN_MS;
}

function progressOf(forecast: ArrivalForecast): Omit<Progress, 'readUntil'> {
  const { accuracy } = forecast;
  const coverage = accuracy.seenCount >= SEEN_MIN ? measuredCoverage(accuracy) : undefined;
  return { reachesUntil: forecastEnd(forecast), ...(coverage !== undefined && { coverage }) };
}
