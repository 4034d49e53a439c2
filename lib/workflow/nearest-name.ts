import { byCodeUnit } from '../core/by-code-unit.ts';

/** Names further away than this share of their length are not what was meant. */
const DISTANCE_SHARE_MAX = 0.4;

/** Longer names are not compared: nobody mistypes them by chance, and the cost grows with the square. */
const LENGTH_MAX = 64;

/**
 * Finds the name that somebody who wrote `name` most likely meant. Ties go to the first by code unit.
 *
 * @returns nothing when none is near
 * @complexity O(names * length^2)
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  if (name.length > LENGTH_MAX) return undefined;
  const [best] = [...names]
    .filter((candidate) => candidate.length <= LENGTH_MAX)
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => {
      return distance <= Math.max(1, Math.floor(DISTANCE_SHARE_MAX * Math.max(name.length, candidate.length)));
    })
    .sort((a, b) => a.distance - b.distance || byCodeUnit(a.candidate, b.candidate));
  return best?.candidate;
}

/**
 * Counts the letters to insert, drop, replace or swap with their neighbour to turn one text into the other.
 *
 * @see Damerau, "A technique for computer detection and correction of spelling errors", 1964; here without edits inside
 *   a swapped pair ("optimal string alignment")
 */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const replaced = at(last, column - 1) + (same ? 0 : 1);
      const shifted = Math.min(at(last, column), at(current, column - 1)) + 1;
      const crossed = swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(replaced, shifted, crossed));
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
