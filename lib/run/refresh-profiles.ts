import { byCodeUnit } from '../core/by-code-unit.ts';
import type { ShardType } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { gridStart } from '../profile/series/resolution.ts';
import { type FollowedType, followedTypes } from './followed-types.ts';
import { type RefreshedType, type RefreshServices, refreshGroup } from './refresh-group.ts';
import { isLeftTo, partsOf, type RefreshPart } from './refresh-part.ts';
import { endRefreshTurn, takeRefreshTurn } from './refresh-turn.ts';
import { sharedByTypes } from './shared-by-types.ts';

/** What a refresh did and what it left to the next call. Of the names there are the first fifty. */
export interface Refreshed {
  /** `more` while something is left and it goes on, `busy` when another refresh is under way. */
  readonly outcome: 'done' | 'more' | 'busy';
  /** What this call looked at; absent when that was everything. */
  readonly part?: RefreshPart;
  /** What is left, to be worked off side by side; of a part, which goes on by itself, none. */
  readonly parts: readonly { readonly part: RefreshPart }[];
  /** Types whose forecast was made anew. */
  readonly refitted: readonly ShardType[];
  readonly refittedCount: number;
  /** Types to which nothing new had come, and whose forecast still reaches far enough. */
  readonly unchangedCount: number;
  /** Types for which no time was left; the next call takes them first. */
  readonly skipped: readonly ShardType[];
  readonly skippedCount: number;
  /** Types whose series or forecast could not be made, and why: an alarm looks at their number. */
  readonly failed: readonly { readonly type: ShardType; readonly failure: string }[];
  readonly failedCount: number;
  /** Of the intervals of all types that have come true or not; absent before there were any. */
  readonly lowestCoverage?: number;
  /** Of those made anew, the types whose forecasts got worse: an alarm looks at their number. */
  readonly decayed: readonly ShardType[];
  readonly decayedCount: number;
}

export interface RefreshCall {
  /** The execution that asks; another one waits until it is over. */
  readonly owner: string;
  /** Types that have not begun by then are left. */
  readonly until: EpochMs;
  /** @default - all types */
  readonly part?: RefreshPart | undefined;
}

/** Longer than any call of the function: nothing of its execution goes on by then. */
const TURN_MS: DurationMs = 400_000;

/** Metrics are read up to whole minutes. */
const MINUTE_MS: DurationMs = 60_000;

/** Types that are read together: two queries each, and two for each outside factor, far below one call's limit. */
const TYPES_AT_ONCE_MAX = 100;

/** Of types that were not read for a day so much is stored that fewer have to come to their end at once. */
const LATE_MS: DurationMs = 86_400_000;
const LATE_TYPES_AT_ONCE_MAX = 10;

/** Answers go from state to state, which takes 256 KiB. */
const NAMES_MAX = 50;

/**
 * Takes in what was measured since the last time, and makes the forecasts of those types anew to which something came.
 * It can be broken off at any moment and called again: buckets are stored before the mark of how far they were read.
 * One type that fails keeps no other from going on.
 */
export async function refreshProfiles(
  services: RefreshServices,
  { owner, until, part }: RefreshCall,
): Promise<Refreshed> {
  const { table, clock } = services;
  const startedAt = clock.now();
  if (!(await takeRefreshTurn(table, { owner, now: startedAt, turnMs: TURN_MS }))) {
    return { ...summary([]), outcome: 'busy', parts: [] };
  }
  const followed = await followedTypes(table);
  const names = followed.map(({ type }) => type);
  const refresh = { until, shared: sharedByTypes(names, services) };
  const left = part ? followed.filter((one) => isLeftTo(part, one)) : followed;
  const done: RefreshedType[] = [];
  for (const group of groupsOf(left, startedAt)) done.push(...(await refreshGroup(group, refresh, services)));
  const told = summary(done);
  const goesOn = told.skippedCount > 0 && (part === undefined || told.refittedCount + told.unchangedCount > 0);
  if (part) return { ...told, outcome: goesOn ? 'more' : 'done', part, parts: [] };
  if (!goesOn) await endRefreshTurn(table, owner);
  const parts = partsOf(done.length - told.skippedCount, told.skippedCount, gridStart(startedAt, MINUTE_MS));
  return { ...told, outcome: goesOn ? 'more' : 'done', parts: parts.map((one) => ({ part: one })) };
}

/** Those that waited longest come first; types that were read up to the same moment are read together. */
function groupsOf(types: readonly FollowedType[], now: EpochMs): readonly (readonly FollowedType[])[] {
  const byCursor = [...Map.groupBy(types, ({ readUntil = 0 }) => readUntil)].sort(([a], [b]) => a - b);
  return byCursor.flatMap(([readUntil, group]) => {
    const sorted = group.toSorted((a, b) => byCodeUnit(a.type, b.type));
    const size = now - readUntil > LATE_MS ? LATE_TYPES_AT_ONCE_MAX : TYPES_AT_ONCE_MAX;
    const count = Math.ceil(sorted.length / size);
    return Array.from({ length: count }, (_, at) => sorted.slice(at * size, (at + 1) * size));
  });
}

function summary(done: readonly RefreshedType[]): Omit<Refreshed, 'outcome' | 'parts'> {
  const of = (wanted: RefreshedType['outcome']) => done.filter((one) => one.outcome === wanted);
  const [refitted, skipped, failed] = [of('refitted'), of('skipped'), of('failed')];
  const decayed = done.filter(({ decays }) => decays);
  const coverages = done.flatMap(({ coverage }) => coverage ?? []);
  return {
    refitted: namesOf(refitted),
    refittedCount: refitted.length,
    unchangedCount: of('unchanged').length,
    skipped: namesOf(skipped),
    skippedCount: skipped.length,
    failed: failed.slice(0, NAMES_MAX).map(({ type, failure = '' }) => ({ type, failure })),
    failedCount: failed.length,
    ...(coverages.length > 0 && { lowestCoverage: Math.min(...coverages) }),
    decayed: namesOf(decayed),
    decayedCount: decayed.length,
  };
}

function namesOf(types: readonly RefreshedType[]): readonly ShardType[] {
  return types.slice(0, NAMES_MAX).map(({ type }) => type);
}
