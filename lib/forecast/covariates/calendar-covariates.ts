import type { Covariate } from './covariate.ts';
import { localTimes, type Steps } from './local-times.ts';

/** When and where a series was measured. */
export interface Calendar extends Steps {
  /** Days off in that zone, as `2026-12-25`. */
  readonly holidays: readonly string[];
}

const DAY_MS = 86_400_000;

/** Waves of the day and the week, as many as the family's own. */
const DAY_HARMONICS = 6;
const WEEK_HARMONICS = 3;

/**
 * What a calendar says of every step, in the local time of a region: which holiday, weekday, place of the day and of
 * the week it is. Clocks that are set forward or back move the day of people and not of UTC.
 *
 * @throws {RangeError} for an unknown time zone
 * @complexity O(n) for n steps
 */
export function calendarCovariates(calendar: Calendar): readonly Covariate[] {
  const local = localTimes(calendar);
  const holidays = new Set(calendar.holidays);
  const isHoliday = (at: number) => holidays.has(new Date(at).toISOString().slice(0, 10));
  return [
    known('holiday', [local.map((at) => (isHoliday(at) ? 1 : 0))]),
    known('local hour', waves(local, DAY_MS, DAY_HARMONICS)),
    known('weekday', weekdays(local)),
    known('place in the week', waves(local, 7 * DAY_MS, WEEK_HARMONICS)),
  ];
}

function known(name: string, columns: readonly (readonly number[])[]): Covariate {
  return { name, columns, knownAhead: true };
}

function waves(local: readonly number[], periodMs: number, harmonics: number): readonly (readonly number[])[] {
  return Array.from({ length: harmonics }, (_, harmonic) => {
    const angle = (at: number) => (2 * Math.PI * (harmonic + 1) * at) / periodMs;
    return [local.map((at) => Math.sin(angle(at))), local.map((at) => Math.cos(angle(at)))];
  }).flat();
}

/** Six columns: the seventh day is none of them. */
function weekdays(local: readonly number[]): readonly (readonly number[])[] {
  const days = local.map((at) => new Date(at).getUTCDay());
  return Array.from({ length: 6 }, (_, day) => days.map((one) => (one === day ? 1 : 0)));
}
