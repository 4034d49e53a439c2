import type { Random } from '../../lib/core/random.ts';

/** Something that an actor waits for: it happens when chance picks it, at the earliest at `from`. */
interface Pending {
  readonly from: number;
  readonly happen: () => void;
}

/** Virtual time and the order of events. */
export interface Scheduler {
  now(): number;
  stepCount(): number;
  /** Adds an event: it happens in its turn among all that are due then. */
  add(happen: () => void, delayMs?: number): void;
  sleep(delayMs: number): Promise<void>;
  /** Lets one event happen and every actor run until it waits again; false when nothing is waited for. */
  step(): Promise<boolean>;
}

/** Milliseconds that pass at the most from one event to the next: so few that equal moments are common. */
const TICK_MAX_MS = 2;

/** Everything that the actors wait for is in one list, and chance picks what happens next. */
export function scheduler(random: Random): Scheduler {
  const pending: Pending[] = [];
  let now = 0;
  let steps = 0;

  function pick(): Pending | undefined {
    const due: number[] = [];
    let earliest = 0;
    for (const [at, { from }] of pending.entries()) {
      if (from <= now) due.push(at);
      if (from < (pending[earliest]?.from ?? 0)) earliest = at;
    }
    const [picked] = pending.splice(due[Math.floor(random() * due.length)] ?? earliest, 1);
    return picked;
  }

  function add(happen: () => void, delayMs = 0): void {
    pending.push({ from: now + delayMs, happen });
  }

  return {
    now: () => now,
    stepCount: () => steps,
    add,
    sleep: (delayMs) => new Promise((wake) => add(wake, delayMs)),
    async step() {
      const next = pick();
      if (!next) return false;
      steps += 1;
      now = Math.max(now + Math.floor(random() * (TICK_MAX_MS + 1)), next.from);
      next.happen();
      await settled();
      return true;
    },
  };
}

/**
 * Nothing here waits for the outside, so all that goes on are promises: from inside one of them, the next tick comes
 * when no other has anything to do. `setImmediate` would go round the event loop as well.
 */
function settled(): Promise<void> {
  return Promise.resolve().then(() => new Promise((resolve) => process.nextTick(resolve)));
}
