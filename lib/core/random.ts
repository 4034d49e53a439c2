/** A source of chance, uniform in [0, 1). Every algorithm takes it as an argument, so that a seed replays a run. */
export type Random = () => number;

/**
 * A seeded source of chance: 32 bits of state, period 2^32, good enough for simulation and jitter, not for secrets.
 *
 * @param seed any integer; equal seeds give equal sequences on every machine
 * @see mulberry32 by Tommy Ettinger, public domain
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
