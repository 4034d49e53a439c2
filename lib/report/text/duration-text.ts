import type { DurationMs } from '../../core/quantity.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * A length of time in the two units that matter: `850 ms`, `12.4 s`, `3 min 05 s`, `2 h 04 min`, `3 d 07 h`.
 *
 * @param durationMs any number; a negative one bears a minus sign
 */
export function durationText(durationMs: DurationMs): string {
  if (durationMs < 0) return `\u2212${durationText(-durationMs)}`;
  if (Math.round(durationMs) < SECOND_MS) return `${Math.round(durationMs)} ms`;
  if (durationMs < MINUTE_MS - 50) return `${(durationMs / SECOND_MS).toFixed(1)} s`;
  if (durationMs < HOUR_MS - SECOND_MS / 2) return twoUnits(durationMs / SECOND_MS, 60, ['min', 's']);
  if (durationMs < DAY_MS - MINUTE_MS / 2) return twoUnits(durationMs / MINUTE_MS, 60, ['h', 'min']);
  return twoUnits(durationMs / HOUR_MS, 24, ['d', 'h']);
}

function twoUnits(count: number, base: number, [large, small]: readonly [string, string]): string {
  const whole = Math.round(count);
  return `${Math.floor(whole / base)} ${large} ${String(whole % base).padStart(2, '0')} ${small}`;
}
