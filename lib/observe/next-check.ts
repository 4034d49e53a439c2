import type { DurationMs, EpochMs } from '../core/quantity.ts';

/** A run is looked at about this many times, however long it is: 25,000 events of history are far away. */
const LOOKS_PER_RUN = 20;

interface CheckBounds {
  readonly monitorMinMs: DurationMs;
  readonly monitorMaxMs: DurationMs;
}

/**
 * When the monitor should look again: after a twentieth of the time that is expected to be left, within the bounds of
 * the installation.
 */
export function nextCheck(now: EpochMs, expectedEndAt: EpochMs, bounds: CheckBounds): EpochMs {
  const waitMs = (expectedEndAt - now) / LOOKS_PER_RUN;
  return now + Math.ceil(Math.min(bounds.monitorMaxMs, Math.max(bounds.monitorMinMs, waitMs)));
}
