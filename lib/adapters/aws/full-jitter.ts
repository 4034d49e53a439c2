import type { DurationMs } from '../../core/quantity.ts';

/**
 * How long to wait before a request is tried again: anything up to twice as long each time, so that many who failed
 * together do not come back together.
 *
 * @param tries that have failed
 * @see Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 */
export function fullJitter(tries: number, { firstMs, maxMs }: { firstMs: DurationMs; maxMs: DurationMs }): DurationMs {
  return Math.random() * Math.min(maxMs, firstMs * 2 ** tries);
}
