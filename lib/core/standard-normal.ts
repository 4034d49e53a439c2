import type { Random } from './random.ts';

/** A standard normal number. @see Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958 */
export function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A source of standard normal numbers, which come in pairs: half the work of {@link standardNormal}. */
export function standardNormals(random: Random): () => number {
  let other = Number.NaN;
  return () => {
    const ready = other;
    other = Number.NaN;
    if (!Number.isNaN(ready)) return ready;
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    other = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
