/**
 * Corrects p-values for how many were looked at: rejecting all below a share q makes at most q of the rejections wrong.
 *
 * @param p n p-values, any order
 * @returns n corrected ones, in the given order
 * @complexity O(n log n)
 * @see Benjamini and Hochberg, "Controlling the false discovery rate", 1995
 */
export function falseDiscovery(p: readonly number[]): readonly number[] {
  const order = p.map((_, index) => index).sort((a, b) => (p[b] ?? 0) - (p[a] ?? 0));
  const corrected = new Array<number>(p.length).fill(1);
  let least = 1;
  for (const [place, index] of order.entries()) {
    least = Math.min(least, ((p[index] ?? 1) * p.length) / (p.length - place));
    corrected[index] = least;
  }
  return corrected;
}
