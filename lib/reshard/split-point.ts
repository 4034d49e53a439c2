import type { DurationMs } from '../core/quantity.ts';

interface Victim {
  /** First unit that is not yet taken. */
  readonly cursor: number;
  readonly end: number;
  /** Time that its rest takes. */
  readonly remainingMs: DurationMs;
}

/**
 * Where to cut a shard so that both halves end together: the tail pays its own start, so the head keeps
 * `(r + o) / 2` of the rest r, with the overhead o (docs/methods.md, "Re-sharding"). Nothing when a cut cannot pay or no border lies between.
 *
 * @param overheadMs start and fixed input of the new shard
 * @param borders units at which a cut is allowed, ascending; nothing when any unit is
 */
export function splitPoint(victim: Victim, overheadMs: DurationMs, borders?: readonly number[]): number | undefined {
  const { cursor, end, remainingMs } = victim;
  if (remainingMs < 2 * overheadMs || end - cursor < 2) return undefined;
  const headShare = (remainingMs + overheadMs) / 2 / remainingMs;
  const wanted = Math.min(end - 1, Math.max(cursor + 1, Math.round(cursor + headShare * (end - cursor))));
  if (!borders) return wanted;
  const allowed = borders.filter((border) => border > cursor && border < end);
  return allowed.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b)[0];
}
