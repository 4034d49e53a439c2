/**
 * The value that a new one of the same kind does not exceed with probability `share`: the k-th smallest of n for
 * k = ⌈share (n + 1)⌉, whatever the distribution. Where n is too small for the share, the largest is stretched by the
 * ratio in which a Laplace tail would reach further.
 *
 * @param sorted n values, ascending, not negative
 * @complexity O(1)
 * @see Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005
 */
export function conformalQuantile(sorted: Float64Array, share: number): number {
  const rank = Math.ceil(share * (sorted.length + 1));
  const largest = sorted.at(-1) ?? 0;
  if (rank <= sorted.length) return sorted[Math.max(0, rank - 1)] ?? largest;
  const seen = sorted.length / (sorted.length + 1);
  const reach = Math.log(1 - share) / Math.log(1 - seen);
  return largest * Math.max(1, reach);
}
