import type { DurationMs } from '../core/quantity.ts';

interface Victim {
  readonly start: number;
  /** First unit that is not yet taken. */
  readonly cursor: number;
  readonly end: number;
  /** Time that its rest takes. */
  readonly remainingMs: DurationMs;
}

export interface SplitTerms {
  /** Start and fixed input of a new shard. */
  readonly overheadMs: DurationMs;
  /** Shards to cut off; fewer when there is not so much to cut. */
  readonly tailCount: number;
  /** Units at which a cut is allowed, ascending; nothing when any unit is. */
  readonly borders?: readonly number[];
  /**
   * No tail may have fewer units, and the head no fewer than this from where the shard starts.
   *
   * @default - one unit
   */
  readonly unitMin?: number;
}

/**
 * Where to cut a shard into a head and k tails that end together: each tail pays its own start, so of the rest r the head
 * keeps `(r + k·o) / (k + 1)`, with the overhead o, and the tails share what is left (docs/methods.md, "Re-sharding").
 * Empty when a cut cannot pay or no border lies between.
 *
 * @returns the first units of the tails, ascending
 */
export function splitPoints(
  victim: Victim,
  { overheadMs, tailCount, borders, unitMin = 1 }: SplitTerms,
): readonly number[] {
  const { start, cursor, end, remainingMs } = victim;
  const [lowest, highest] = [Math.max(cursor + 1, start + unitMin), end - unitMin];
  if (remainingMs < 2 * overheadMs || highest < lowest) return [];
  const payingCount = overheadMs > 0 ? Math.floor(remainingMs / overheadMs) - 1 : tailCount;
  const count = Math.min(tailCount, payingCount, Math.floor((end - cursor - 1) / unitMin));
  const headShare = (remainingMs + count * overheadMs) / (count + 1) / remainingMs;
  const allowed = borders?.filter((border) => border >= lowest && border <= highest);
  const points = Array.from({ length: count }, (_, tail) => {
    const share = headShare + (tail * (1 - headShare)) / count;
    const wanted = Math.min(highest, Math.max(lowest, Math.round(cursor + share * (end - cursor))));
    return allowed ? nearest(allowed, wanted) : wanted;
  });
  const sorted = points.filter((point) => point !== undefined).sort((a, b) => a - b);
  return spaced(sorted, unitMin);
}

/** Leaves out what lies nearer to the one before than a part may be long. */
function spaced(points: readonly number[], unitMin: number): readonly number[] {
  const kept: number[] = [];
  for (const point of points) if (point - (kept.at(-1) ?? Number.NEGATIVE_INFINITY) >= unitMin) kept.push(point);
  return kept;
}

/** Of two that are equally near the lower one. */
function nearest(allowed: readonly number[], wanted: number): number | undefined {
  let found: number | undefined;
  for (const border of allowed) {
    if (found === undefined || Math.abs(border - wanted) < Math.abs(found - wanted)) found = border;
  }
  return found;
}
