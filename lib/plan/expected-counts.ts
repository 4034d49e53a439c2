import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { type Pool, REGIONAL } from './pool.ts';

/** What a type's forecast of arrivals says to those who reserve. */
export interface Expected {
  /** Start of the first step. */
  readonly startsAt: EpochMs;
  readonly stepMs: DurationMs;
  /** Upper bounds of the slots that are busy, step by step. */
  readonly uppers: readonly number[];
  /** Which share of the type's shards ran in a tier, by its memory in MiB. */
  readonly tierShares: ReadonlyMap<number, number>;
}

/**
 * Upper bounds of the slots that work yet to arrive will keep busy, by pool. Each type's bound is the largest within
 * the lead time; a tier's is spread evenly over its open zonal pools, or the regional one where there are none.
 *
 * A forecast that does not reach the present says nothing.
 *
 * @complexity O(f (s + p)) for f forecasts of s steps and p pools
 */
export function expectedCounts(
  expected: readonly Expected[],
  { pools, now, leadMs }: { readonly pools: readonly Pool[]; readonly now: EpochMs; readonly leadMs: DurationMs },
): ReadonlyMap<string, number> {
  const byTier = new Map<number, number>();
  for (const one of expected) {
    const upper = highestUpper(one, now, now + leadMs);
    for (const [memoryMiB, share] of one.tierShares) {
      byTier.set(memoryMiB, (byTier.get(memoryMiB) ?? 0) + share * upper);
    }
  }
  return new Map(
    [...byTier].flatMap(([memoryMiB, slots]) => {
      const tier = pools.filter((pool) => pool.memoryMiB === memoryMiB && pool.state === 'open');
      const zonal = tier.filter(({ zone }) => zone !== REGIONAL);
      const used = zonal.length > 0 ? zonal : tier;
      return used.map(({ id, slotMax }) => [id, Math.min(slotMax, Math.ceil(slots / used.length))] as const);
    }),
  );
}

function highestUpper({ startsAt, stepMs, uppers }: Expected, from: EpochMs, until: EpochMs): number {
  return uppers.reduce((highest, upper, step) => {
    const at = startsAt + step * stepMs;
    return at < until && at + stepMs > from ? Math.max(highest, upper) : highest;
  }, 0);
}
