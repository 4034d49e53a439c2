import type { DurationMs, EpochMs } from '../core/quantity.ts';

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const SHORT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const ISO = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** What a deadline may look like, for the message of a refusal. */
export const DEADLINE_FORMS =
  'a deadline is a duration above zero with its unit (500ms, 90s, 10m, 2h, 1d, PT10M) or a moment with its zone (2026-12-01T06:00:00Z)';

/** What a duration may look like, for the message of a refusal. */
export const DURATION_FORMS = 'a duration above zero with its unit (500ms, 90s, 10m, 2h, 1d, PT10M)';

/** True for a text that {@link parseDuration} can read, above zero. */
export function isDuration(text: string): boolean {
  return (parseDuration(text) ?? 0) > 0;
}

/** True for a text that {@link deadlineAfter} can read. */
export function isDeadline(text: string): boolean {
  const durationMs = parseDuration(text);
  return durationMs === undefined ? MOMENT.test(text) && !Number.isNaN(Date.parse(text)) : durationMs > 0;
}

/**
 * The moment at which a run that starts now must have ended.
 *
 * @param deadline a text that {@link isDeadline} accepts
 */
export function deadlineAfter(deadline: string, startedAt: EpochMs): EpochMs {
  const durationMs = parseDuration(deadline);
  return durationMs === undefined ? Date.parse(deadline) : startedAt + durationMs;
}

/** Reads `90s` or ISO 8601 `PT1M30S`; nothing when the text is no duration. */
export function parseDuration(text: string): DurationMs | undefined {
  const short = SHORT.exec(text);
  if (short) return Math.round(Number(short[1]) * (UNIT_MS.get(short[2] ?? '') ?? Number.NaN));
  const iso = ISO.exec(text);
  if (!iso || text === 'P') return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map((part) => Number(part ?? 0));
  return Math.round(days * 86_400_000 + hours * 3_600_000 + minutes * 60_000 + seconds * 1_000);
}
