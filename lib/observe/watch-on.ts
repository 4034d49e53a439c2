import type { DurationMs } from '../core/quantity.ts';
import type { Settings } from '../core/settings.ts';
import type { Clock } from '../ports/clock.ts';
import type { Glance } from './glance.ts';
import type { Observation } from './observe-run.ts';

/**
 * A longer pause is left to the state machine: the three states of another call cost as much as the function's 512 MiB in
 * eleven seconds.
 */
const PAUSE_MAX_MS: DurationMs = 10_000;

/**
 * Looks at a run again and again within one call, while it goes on as planned and the pauses are short.
 *
 * @param look what has become of the run; it is given what the look before has left
 * @returns the last observation
 */
export async function watchOn(
  look: (before: Glance | null) => Promise<Observation>,
  before: Glance | null,
  { clock, settings }: { readonly clock: Clock; readonly settings: Pick<Settings, 'monitorStayMs'> },
): Promise<Observation> {
  const stayUntil = clock.now() + settings.monitorStayMs;
  let seen = await look(before);
  for (let pauseMs = pauseOf(seen, clock); goesOn(seen, stayUntil, pauseMs); pauseMs = pauseOf(seen, clock)) {
    await clock.sleep(pauseMs);
    seen = await look(seen.next);
  }
  return seen;
}

function pauseOf({ checkAt }: Observation, clock: Clock): DurationMs {
  return Math.max(1, checkAt - clock.now());
}

function goesOn({ outcome, checkAt }: Observation, stayUntil: number, pauseMs: DurationMs): boolean {
  return outcome === 'running' && checkAt <= stayUntil && pauseMs <= PAUSE_MAX_MS;
}
