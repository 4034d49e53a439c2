/** Something that weighs from a moment until another, which it does not reach. */
export interface WeighedSpan {
  readonly from: number;
  readonly until: number;
  readonly weight: number;
}

/**
 * The most that spans weigh together at any moment; what ends gives way to what begins then.
 *
 * @param spans times of one kind, in any order; one that ends before it begins weighs nothing
 * @returns 0 for none
 * @complexity O(n log n)
 */
export function mostAtOnce(spans: readonly WeighedSpan[]): number {
  const changes = spans
    .filter(({ from, until }) => from < until)
    .flatMap(({ from, until, weight }) => [
      { at: from, weight },
      { at: until, weight: -weight },
    ])
    .sort((a, b) => (a.at === b.at ? a.weight - b.weight : a.at - b.at));
  let together = 0;
  let most = 0;
  for (const { weight } of changes) {
    together += weight;
    most = Math.max(most, together);
  }
  return most;
}
