import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { OpenShard } from './candidate.ts';

/**
 * True for a shard that may be tried a second time: it runs, has no copy, and has run as long as a fresh attempt takes.
 * Before that its first blocks say too little of how fast it is.
 */
export function isStraggler({ state, copyRestMs, startedAt, freshMs }: OpenShard, now: EpochMs): boolean {
  return state === 'running' && copyRestMs === undefined && startedAt !== undefined && now - startedAt >= freshMs;
}

/** A second attempt must let the operation end earlier by this many overheads, and by this share of what is left. */
const SAVED_OVERHEADS = 4;
const SAVED_SHARE = 0.1;

/** How much earlier the operation must end for a second attempt: less is within the error of the estimates. */
export function leastEarlierMs({ remainingMs }: OpenShard, overheadMs: DurationMs): DurationMs {
  return Math.max(SAVED_OVERHEADS * overheadMs, SAVED_SHARE * remainingMs);
}
