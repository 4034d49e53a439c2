/** A gap of at most this many steps is bridged by a straight line. */
const STRAIGHT_MAX = 3;

/**
 * Fills gaps: short ones by a straight line, longer ones with the same places of the season before (or after, at the
 * start), or with a straight line when there is no season.
 *
 * @param values n values; what is not finite is a gap; at least one is none
 * @param season undefined when there is none
 * @complexity O(n)
 */
export function fillGaps(values: readonly number[], season: number | undefined): Float64Array {
  const filled = Float64Array.from(values, (value) => (Number.isFinite(value) ? value : Number.NaN));
  for (const { start, end } of gapsOf(filled)) {
    if (end - start <= STRAIGHT_MAX || season === undefined) bridge(filled, start, end);
    else copySeason(filled, { start, end, season });
  }
  // What had no season to copy from lies between known values now, or at an end.
  for (const { start, end } of gapsOf(filled)) bridge(filled, start, end);
  return filled;
}

interface Gap {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

function gapsOf(values: Float64Array): readonly Gap[] {
  const gaps: Gap[] = [];
  for (let start = 0; start < values.length; start += 1) {
    if (!Number.isNaN(values[start])) continue;
    let end = start;
    while (end < values.length && Number.isNaN(values[end])) end += 1;
    gaps.push({ start, end });
    start = end;
  }
  return gaps;
}

function copySeason(values: Float64Array, { start, end, season }: Gap & { readonly season: number }): void {
  for (let at = start; at < end; at += 1) values[at] = values[at - season] ?? Number.NaN;
  for (let at = end - 1; at >= start; at -= 1) {
    if (Number.isNaN(values[at])) values[at] = values[at + season] ?? Number.NaN;
  }
}

/** At an end of the history the one neighbour goes on. */
function bridge(values: Float64Array, start: number, end: number): void {
  const before = start > 0 ? values[start - 1] : undefined;
  const after = end < values.length ? values[end] : undefined;
  const [from, to] = [before ?? after ?? 0, after ?? before ?? 0];
  for (let at = start; at < end; at += 1) values[at] = from + ((to - from) * (at - start + 1)) / (end - start + 1);
}
