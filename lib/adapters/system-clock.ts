import type { Clock } from '../ports/clock.ts';

/** Node's longest timer; a longer one would fire at once. */
const TIMER_MAX_MS = 2_147_483_647;

/** The machine's own time. A wait longer than 24 days ends early; every caller looks at the clock again. */
export function systemClock(): Clock {
  return { now: () => Date.now(), sleep };
}

function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(Math.max(durationMs, 0), TIMER_MAX_MS));
    signal?.addEventListener('abort', end);
  });
}
