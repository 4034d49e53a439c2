/**
 * The non-decreasing values nearest to the given ones in weighted squares (pool adjacent violators).
 *
 * @param values n values
 * @param weights n non-negative weights
 * @complexity O(n)
 * @see Barlow, Bartholomew, Bremner and Brunk, "Statistical Inference under Order Restrictions", 1972
 */
export function isotonic(values: Float64Array, weights: Float64Array): Float64Array {
  const pools: { sum: number; weight: number; count: number }[] = [];
  for (let index = 0; index < values.length; index += 1) {
    // A value without weight takes part with next to none: it goes where its neighbours are.
    const weight = Math.max(weights[index] ?? 0, Number.EPSILON);
    let pool = { sum: weight * (values[index] ?? 0), weight, count: 1 };
    for (let last = pools.at(-1); last && last.sum * pool.weight > pool.sum * last.weight; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  return Float64Array.from(pools.flatMap(({ sum, weight, count }) => new Array<number>(count).fill(sum / weight)));
}
