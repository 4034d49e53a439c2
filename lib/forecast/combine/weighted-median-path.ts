/**
 * Combines several paths into one: at each step the weighted median, interpolated between the two members around the
 * middle of the weight. One member that explodes moves it no further than its neighbour.
 *
 * @param paths k paths of equal length
 * @param weights k positive weights
 * @complexity O(h k^2) for h steps: k is small and nearly sorted from step to step
 */
export function weightedMedianPath(paths: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const combined = new Float64Array(paths[0]?.length ?? 0);
  const order = Int32Array.from(paths, (_, index) => index);
  const values = new Float64Array(paths.length);
  const shares = Float64Array.from(weights);
  for (let step = 0; step < combined.length; step += 1) {
    for (let member = 0; member < paths.length; member += 1) values[member] = paths[member]?.[step] ?? 0;
    sortNearlySorted(order, values);
    combined[step] = middle(order, values, shares);
  }
  return combined;
}

/** Insertion sort: the order of the step before is nearly that of this one. */
function sortNearlySorted(order: Int32Array, values: Float64Array): void {
  for (let next = 1; next < order.length; next += 1) {
    const member = order[next] ?? 0;
    const value = values[member] ?? 0;
    let place = next - 1;
    while (place >= 0 && (values[order[place] ?? 0] ?? 0) > value) {
      order[place + 1] = order[place] ?? 0;
      place -= 1;
    }
    order[place + 1] = member;
  }
}

/** Each member's value stands at the middle of its own weight. */
function middle(order: Int32Array, values: Float64Array, weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let before = 0;
  let [lastValue, lastCentre] = [Number.NaN, 0];
  for (const member of order) {
    const weight = weights[member] ?? 0;
    const value = values[member] ?? 0;
    const centre = before + weight / 2;
    if (centre >= total / 2) {
      if (Number.isNaN(lastValue)) return value;
      return lastValue + ((total / 2 - lastCentre) / (centre - lastCentre)) * (value - lastValue);
    }
    lastValue = value;
    lastCentre = centre;
    before += weight;
  }
  return lastValue;
}
