/**
 * Delta debugging: takes parts out of a list as long as what is left still fails; first halves, then ever smaller parts.
 *
 * @param fails is asked for lists in the order of the given one, at most `triesMax` times
 * @returns a part of the list that fails; with tries left over, one of which no single entry can be taken out
 * @see Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002
 */
export async function fewestThatFail<Entry>(
  all: readonly Entry[],
  fails: (entries: readonly Entry[]) => Promise<boolean>,
  triesMax: number,
): Promise<readonly Entry[]> {
  let kept = all;
  let left = triesMax;
  for (let size = Math.ceil(all.length / 2); size >= 1 && left > 0; size = Math.ceil(size / 2)) {
    let shrunk = false;
    for (let from = 0; from < kept.length && left > 0; ) {
      const rest = kept.toSpliced(from, size);
      left -= 1;
      if (await fails(rest)) {
        kept = rest;
        shrunk = true;
      } else from += size;
    }
    if (size === 1 && !shrunk) break;
  }
  return kept;
}
