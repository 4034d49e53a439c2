import type { Clock } from '../lib/ports/clock.ts';

/** Beyond this many moments something waits for itself, if nothing else is said. */
const MOMENTS_MAX = 20_000;

/** A clock whose time passes only when nothing else can happen: waits take no time, and their order is certain. */
export interface VirtualClock extends Clock {
  /** Lets time pass until the work has ended: what can happen at a moment happens before the next one comes. */
  during<Result>(work: Promise<Result>): Promise<Result>;
  /** Lets this much time pass, and everything happen that was waited for in it. */
  pass(durationMs: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function virtualClock(startAt = 0, momentsMax = MOMENTS_MAX): VirtualClock {
  let now = startAt;
  let sleepers: Sleeper[] = [];

  function next(): Sleeper | undefined {
    return sleepers.reduce<Sleeper | undefined>((first, one) => (first && first.at <= one.at ? first : one), undefined);
  }

  function wake(sleeper: Sleeper): void {
    now = Math.max(now, sleeper.at);
    sleepers = sleepers.filter((one) => one !== sleeper);
    sleeper.wake();
  }

  async function during<Result>(work: Promise<Result>): Promise<Result> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    for (let moments = 0; moments < momentsMax; moments += 1) {
      await settled();
      if (ended) return work;
      const sleeper = next();
      if (!sleeper) throw new Error(`at ${now} the work goes on, but nothing is waited for`);
      wake(sleeper);
    }
    throw new Error(`the work goes on after ${momentsMax} moments, at ${now}`);
  }

  return {
    now: () => now,
    during,
    async pass(durationMs) {
      const until = now + durationMs;
      await settled();
      for (let sleeper = next(); sleeper && sleeper.at <= until; sleeper = next()) {
        wake(sleeper);
        await settled();
      }
      now = until;
    },
    sleep(durationMs, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper = { at: now + durationMs, wake: resolve };
        sleepers.push(sleeper);
        const abort = () => {
          sleepers = sleepers.filter((one) => one !== sleeper);
          resolve();
        };
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
  };
}

/** Everything that waits for no time has happened once the event loop comes round. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  await new Promise<void>((resolve) => setImmediate(resolve));
}
