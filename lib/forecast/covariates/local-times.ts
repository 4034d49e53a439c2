/** A grid and where the people live who look at its clock. */
export interface Steps {
  /** Moment of the first step, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly stepMs: number;
  /** Steps of the history and of the future together. */
  readonly stepCount: number;
  /** IANA name of the zone that the users live in, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

const HOUR_MS = 3_600_000;

/**
 * Each step's local time, written as if it were UTC.
 *
 * @throws {RangeError} for an unknown time zone
 * @complexity O(n) for n steps
 */
export function localTimes({ startedAt, stepMs, stepCount, timeZone }: Steps): readonly number[] {
  const offsets = new Map<number, number>();
  return Array.from({ length: stepCount }, (_, step) => {
    const at = startedAt + step * stepMs;
    // Clocks are set at most once an hour.
    const hour = Math.floor(at / HOUR_MS);
    const offsetMs = offsets.get(hour) ?? offsetAt(hour * HOUR_MS, timeZone);
    offsets.set(hour, offsetMs);
    return at + offsetMs;
  });
}

function offsetAt(at: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  return local - Math.floor(at / 60_000) * 60_000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than using it a hundred times. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  formats.set(timeZone, format);
  return format;
}
