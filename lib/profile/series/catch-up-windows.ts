import type { DurationMs, EpochMs } from '../../core/quantity.ts';
import { gridStart, RESOLUTIONS } from './resolution.ts';

/** A time to be read on one grid. */
export interface Window {
  readonly from: EpochMs;
  /** Exclusive. */
  readonly until: EpochMs;
  readonly stepMs: DurationMs;
}

/** Metrics of the last minutes are still on their way: this much is read again. */
const LATE_MS = 900_000;

/**
 * What has to be read to be up to date: by the minute as far back as CloudWatch still has minutes, coarser before.
 *
 * Windows begin and end at whole hours, but for the last: so every coarser bucket is made from all of its parts.
 *
 * @param cursor everything before it was read; undefined when nothing was
 * @returns oldest first, without overlap
 */
export function catchUpWindows(cursor: EpochMs | undefined, now: EpochMs): readonly Window[] {
  const [minute, fine, hour] = RESOLUTIONS;
  const aligned = (at: EpochMs) => gridStart(at, hour.stepMs);
  const wanted = cursor === undefined ? now - fine.retentionMs : cursor - LATE_MS;
  // One hour more than the border: what CloudWatch is about to drop may be gone when it is asked.
  const borders = [hour, fine, minute].map(({ retentionMs, stepMs }) => ({
    stepMs,
    from: aligned(Math.max(wanted, now - retentionMs + hour.stepMs)),
  }));
  return borders
    .map(({ stepMs, from }, index) => ({ from, until: borders[index + 1]?.from ?? gridStart(now, stepMs), stepMs }))
    .filter(({ from, until }) => from < until);
}
