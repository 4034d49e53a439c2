import type { DurationMs } from '../core/quantity.ts';

interface Victim {
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
}

/**
 * Where to cut a shard into a head and k tails that end together: each tail pays its own start, so of the rest r the head
 * keeps `(r + k·o) / (k + 1)`, with the overhead o, and the tails share what is left (docs/methods.md, "Re-sharding").
 * Empty when a cut cannot pay or no border lies between.
 *
 * @returns the first units of the tails, ascending
 */
export function splitPoints(victim: Victim, { overheadMs, tailCount, borders }: SplitTerms): readonly number[] {
  const { cursor, end, remainingMs } = victim;
  if (remainingMs < 2 * overheadMs || end - cursor < 2) return [];
  const payingCount = overheadMs > 0 ? Math.floor(remainingMs / overheadMs) - 1 : tailCount;
  const count = Math.min(tailCount, payingCount, end - cursor - 1);
  const headShare = (remainingMs + count * overheadMs) / (count + 1) / remainingMs;
  const allowed = borders?.filter((border) => border > cursor && border < end);
  const points = Array.from({ length: count }, (_, tail) => {
    const share = headShare + (tail * (1 - headShare)) / count;
    const wanted = Math.min(end - 1, Math.max(cursor + 1, Math.round(cursor + share * (end - cursor))));
    return allowed ? nearest(allowed, wanted) : wanted;
  });
  return [...new Set(points.filter((point) => point !== undefined))].sort((a, b) => a - b);
}

/** Of two that are equally near the lower one. */
function nearest(allowed: readonly number[], wanted: number): number | undefined {
  let found: number | undefined;
  for (const border of allowed) {
    if (found === undefined || Math.abs(border - wanted) < Math.abs(found - wanted)) found = border;
  }
  return found;
}
