import type { DurationMs } from '../core/quantity.ts';

export interface BurnOptions {
  readonly signal: AbortSignal;
  /** CPU time that this thread has used, ever growing. */
  readonly cpuMs: () => DurationMs;
  /** Gives the event loop a turn: heartbeats, and whoever aborts the signal, run in it. */
  readonly yieldTurn: () => Promise<void>;
}

/** How long the event loop is held at a time: far below a heartbeat's interval, far above the cost of a turn. */
export const SLICE_MS: DurationMs = 10;

/** Between two looks at the clock: about 40 µs, so that a slice ends on time and the clock costs little. */
const STEPS_PER_LOOK = 20_000;

/**
 * Keeps this thread busy until it has used an amount of CPU. Time in which the thread did not get a processor does not
 * count, so two slots on one core burn what they should.
 *
 * @returns when the amount is used, or the signal aborts: at most one slice late
 */
export async function burnCpu(amountMs: DurationMs, { signal, cpuMs, yieldTurn }: BurnOptions): Promise<void> {
  const endMs = cpuMs() + amountMs;
  let state = 1;
  for (let nowMs = cpuMs(); nowMs < endMs && !signal.aborted; nowMs = cpuMs()) {
    const sliceEndMs = Math.min(endMs, nowMs + SLICE_MS);
    while (cpuMs() < sliceEndMs) state = scramble(state, STEPS_PER_LOOK);
    await yieldTurn();
  }
}

/**
 * Work that a compiler cannot take away: each step needs the one before.
 *
 * @see Marsaglia, "Xorshift RNGs", 2003
 */
function scramble(seed: number, steps: number): number {
  let state = seed;
  for (let step = 0; step < steps; step += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state;
}
