import type { PlacedShard } from './place-shards.ts';

/**
 * Pairs of shards that use the same slot one after the other: each shard follows the one that ends last before it
 * starts, in its pool.
 *
 * @complexity O(n log n)
 */
export function slotOrder(placed: readonly PlacedShard[]): readonly (readonly [number, number])[] {
  const moments = placed
    .filter(({ pool, endMs, startMs }) => pool !== undefined && endMs > startMs)
    .flatMap((use) => [
      { atMs: use.startMs, starts: true, use },
      { atMs: use.endMs, starts: false, use },
    ])
    .sort((a, b) => a.atMs - b.atMs || Number(a.starts) - Number(b.starts));
  const free = new Map<string, number[]>();
  const pairs: (readonly [number, number])[] = [];
  for (const { starts, use } of moments) {
    const list = free.get(use.pool ?? '') ?? [];
    free.set(use.pool ?? '', list);
    const before = starts ? list.pop() : undefined;
    if (before !== undefined) pairs.push([before, use.shard]);
    if (!starts) list.push(use.shard);
  }
  return pairs;
}
