import { isotonic } from '../numeric/isotonic.ts';
import type { PathError } from './path-errors.ts';

/** The mean size of an error so many steps ahead, at a place in the season; always positive. */
export type ErrorScale = (ahead: number, place: number) => number;

/** Errors that the belief "every hour is as hard as the others" is worth. */
const PLACE_PRIOR = 100;

/** Seasons with more places than this share a factor among neighbours: there are too few errors for each. */
const PLACE_GROUPS_MAX = 24;

/** No step is surer than this share of the mean error: a run of perfect guesses is luck. */
const SCALE_MIN_SHARE = 0.02;

/**
 * Learns how errors grow with the distance, never shrinking, and which places of the season are hard.
 *
 * @param errors at least 1; none may be NaN
 * @param season steps in a season; 1 when there is none
 * @param smallest a scale that is not 0, for a history that never erred
 * @returns beyond the farthest step seen, the scale grows with the square root of the distance
 * @complexity O(n)
 */
export function errorScale(errors: readonly PathError[], season: number, smallest: number): ErrorScale {
  const byAhead = scaleByAhead(errors, smallest);
  const groupOf = (place: number) => Math.floor((place * Math.min(season, PLACE_GROUPS_MAX)) / season);
  const factors = factorByGroup(errors, byAhead, groupOf);
  return (ahead, place) => byAhead(ahead) * (factors.get(groupOf(place)) ?? 1);
}

function scaleByAhead(errors: readonly PathError[], smallest: number): (ahead: number) => number {
  const length = errors.reduce((most, { ahead }) => Math.max(most, ahead + 1), 1);
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  let total = 0;
  for (const { ahead, error } of errors) {
    sums[ahead] = (sums[ahead] ?? 0) + Math.abs(error);
    counts[ahead] = (counts[ahead] ?? 0) + 1;
    total += Math.abs(error);
  }
  const grown = isotonic(
    sums.map((sum, ahead) => sum / Math.max(1, counts[ahead] ?? 0)),
    counts,
  );
  const least = Math.max(smallest, (SCALE_MIN_SHARE * total) / errors.length);
  return (ahead) => {
    const beyond = Math.max(1, (ahead + 1) / length);
    return ((grown[Math.min(ahead, length - 1)] ?? 0) + least) * Math.sqrt(beyond);
  };
}

function factorByGroup(
  errors: readonly PathError[],
  byAhead: (ahead: number) => number,
  groupOf: (place: number) => number,
): ReadonlyMap<number, number> {
  const groups = new Map<number, { sum: number; count: number }>();
  let total = 0;
  for (const { ahead, place, error } of errors) {
    const size = Math.abs(error) / byAhead(ahead);
    const group = groups.get(groupOf(place)) ?? { sum: 0, count: 0 };
    groups.set(groupOf(place), { sum: group.sum + size, count: group.count + 1 });
    total += size;
  }
  const mean = Math.max(total / errors.length, Number.MIN_VALUE);
  return new Map(
    [...groups].map(([group, { sum, count }]) => [group, (sum / mean + PLACE_PRIOR) / (count + PLACE_PRIOR)]),
  );
}
