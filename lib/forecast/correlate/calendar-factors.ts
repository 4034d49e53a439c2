import type { Factor } from './correlations.ts';

/** Local time of each hour, written as if it were UTC. */
interface CalendarHours {
  readonly localTimes: readonly number[];
  /** Days off, as `2026-12-25`. */
  readonly holidays: readonly string[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/**
 * What a calendar says of each hour, to correlate with: a daily wave for each hour at which it may peak, the seven
 * weekdays, holidays. A factor that is the same in every hour correlates with nothing.
 *
 * @complexity O(32 n)
 */
export function calendarFactors({ localTimes, holidays }: CalendarHours): readonly Factor[] {
  const off = new Set(holidays);
  const factor = (name: string, group: string, of: (at: number) => number): Factor => ({
    name,
    group,
    isCalendar: true,
    values: Float64Array.from(localTimes, of),
  });
  return [
    ...Array.from({ length: 24 }, (_, hour) => ({
      ...factor(`time of day, peak ${String(hour).padStart(2, '0')}:00`, 'time of day', (at) =>
        Math.cos((2 * Math.PI * (at - hour * HOUR_MS)) / DAY_MS),
      ),
      isWave: true,
    })),
    ...WEEKDAYS.map((name, day) =>
      factor(`day of week, ${name}`, 'day of week', (at) => (new Date(at).getUTCDay() === day ? 1 : 0)),
    ),
    factor('holiday', 'holiday', (at) => (off.has(new Date(at).toISOString().slice(0, 10)) ? 1 : 0)),
  ];
}
