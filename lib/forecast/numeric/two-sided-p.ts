/** Steps of the continued fraction: for |z| above 2 they give all digits that a double has. */
const FRACTION_STEPS = 60;

/** Below this the series for the middle converges fast, above it the fraction for the tail does. */
const TAIL_FROM = 2;

/**
 * The probability that a standard normal number is farther from 0 than z. Precise in the tail, where a table or
 * `1 - probability` has no digits left.
 *
 * @see Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.11 and 26.2.14
 */
export function twoSidedP(z: number): number {
  const distance = Math.abs(z);
  const density = Math.exp((-distance * distance) / 2) / Math.sqrt(2 * Math.PI);
  return distance < TAIL_FROM ? 1 - 2 * density * middleSeries(distance) : 2 * density * tailFraction(distance);
}

/** `z + z^3 / 3 + z^5 / (3 5) + ...` */
function middleSeries(z: number): number {
  let [term, sum] = [z, z];
  for (let odd = 3; term > Number.EPSILON * sum; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** `1 / (z + 1 / (z + 2 / (z + 3 / ...)))` */
function tailFraction(z: number): number {
  let rest = z;
  for (let step = FRACTION_STEPS; step > 0; step -= 1) rest = z + step / rest;
  return 1 / rest;
}
