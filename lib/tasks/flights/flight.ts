/** One flight that can have happened. */
export interface Flight {
  readonly origin: string;
  readonly destination: string;
  /** Hour of the scheduled departure, 0 to 23, on the clock of the origin. */
  readonly hour: number;
  readonly delayMinutes: number;
  readonly distanceMiles: number;
}

/**
 * Two hours early or two days late is the most that is believed: of the three million rows of 2001 three lie outside,
 * among them a landing 19 hours before the schedule.
 */
const EARLIEST_MINUTES = -120;
const LATEST_MINUTES = 2 * 24 * 60;

const MS_PER_HOUR = 3_600_000;
const AIRPORT = /^[A-Z0-9]{3}$/;

/**
 * Reads one row of the flights file.
 *
 * @param row `{date, delay, distance, origin, destination}`: local time as if it were UTC in milliseconds, minutes,
 *   miles, two IATA codes
 * @returns nothing when a column is missing or what the row says is impossible
 */
export function flightOf(row: Readonly<Record<string, unknown>>): Flight | undefined {
  const { date, delay, distance, origin, destination } = row;
  if (typeof date !== 'number' || !(date >= 0)) return undefined;
  if (typeof delay !== 'number' || !Number.isInteger(delay)) return undefined;
  if (delay < EARLIEST_MINUTES || delay > LATEST_MINUTES) return undefined;
  if (typeof distance !== 'number' || !Number.isInteger(distance) || distance <= 0) return undefined;
  if (typeof origin !== 'string' || typeof destination !== 'string' || origin === destination) return undefined;
  if (!AIRPORT.test(origin) || !AIRPORT.test(destination)) return undefined;
  const hour = Math.floor(date / MS_PER_HOUR) % 24;
  return { origin, destination, hour, delayMinutes: delay, distanceMiles: distance };
}
