import type { Random } from './random.ts';

/** A standard normal number. @see Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958 */
export function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
