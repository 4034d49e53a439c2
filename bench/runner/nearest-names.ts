import { byCodeUnit } from '../../lib/core/compare.ts';

/** How many names are offered. */
const NAMES_MAX = 3;

/**
 * The names that a mistyped one may have meant: at most two edits away, or beginning alike; the nearest first, ties by
 * code unit.
 */
export function nearestNames(typed: string, names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, edits: name.startsWith(typed) ? 0 : editDistance(typed, name) }))
    .filter(({ edits }) => edits <= 2)
    .sort((a, b) => a.edits - b.edits || byCodeUnit(a.name, b.name))
    .slice(0, NAMES_MAX)
    .map(({ name }) => name);
}

/**
 * Insertions, deletions and replacements that turn one text into the other.
 *
 * @complexity O(n m) time, O(m) space
 * @see Wagner and Fischer, "The string-to-string correction problem", 1974
 */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
