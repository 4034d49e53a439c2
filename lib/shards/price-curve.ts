import type { DurationCurve } from './duration-curve.ts';

/**
 * The lower convex hull of a duration curve: the counts that are best at some price of a millisecond. With vertex v
 * the price lies between `prices[v - 1]` and `prices[v]`.
 */
export interface PriceCurve {
  readonly counts: readonly number[];
  readonly timesMs: readonly number[];
  /** Ascending; one fewer than the vertices: the price, in shards per millisecond, at which the next vertex pays. */
  readonly prices: readonly number[];
}

/**
 * @complexity O(n)
 * @see Andrew, "Another efficient algorithm for convex hulls in two dimensions", 1979
 */
export function priceCurve(curve: DurationCurve): PriceCurve {
  const hull: number[] = [];
  for (const index of curve.counts.keys()) {
    while (
      hull.length >= 2 &&
      price(curve, hull.at(-2) ?? 0, hull.at(-1) ?? 0) >= price(curve, hull.at(-1) ?? 0, index)
    ) {
      hull.pop();
    }
    hull.push(index);
  }
  return {
    counts: hull.map((index) => curve.counts[index] ?? 0),
    timesMs: hull.map((index) => curve.timesMs[index] ?? 0),
    prices: hull.slice(1).map((index, vertex) => price(curve, hull[vertex] ?? 0, index)),
  };
}

/** The vertex with the least count + price x time. @complexity O(log n) */
export function vertexAt({ prices }: PriceCurve, pricePerMs: number): number {
  let low = 0;
  let high = prices.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((prices[middle] ?? 0) <= pricePerMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The time at a price, made continuous: between the middles of two vertices' price ranges it runs straight in the
 * logarithm of the price. Steps would make the search for the best flow stick.
 */
export function smoothTimeAt(curve: PriceCurve, pricePerMs: number): number {
  const { prices, timesMs } = curve;
  const vertex = vertexAt(curve, pricePerMs);
  const here = timesMs[vertex] ?? 0;
  const lower = prices[vertex - 1];
  const upper = prices[vertex];
  if (lower === undefined && upper === undefined) return here;
  const low = lower ?? (upper ?? 0) / 2;
  const high = upper ?? low * 2;
  const share = pricePerMs <= low ? 0 : Math.min(1, Math.log(pricePerMs / low) / Math.log(high / low));
  const neighbour = timesMs[share < 0.5 ? vertex - 1 : vertex + 1] ?? here;
  return here + (neighbour - here) * Math.abs(share - 0.5);
}

function price(curve: DurationCurve, from: number, to: number): number {
  const moreShards = (curve.counts[to] ?? 0) - (curve.counts[from] ?? 0);
  return moreShards / ((curve.timesMs[from] ?? 0) - (curve.timesMs[to] ?? 0));
}
