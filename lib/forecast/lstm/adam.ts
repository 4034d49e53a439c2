/** Moves parameters against a gradient, in place. */
export type Optimiser = (parameters: Float64Array, gradient: Float64Array, rate: number) => void;

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

/** A gradient longer than this is shortened to it: one odd window must not throw the network off. */
const LENGTH_MAX = 1;

/**
 * Adam: steps of about the rate for every parameter, whatever the size of its gradient.
 *
 * @complexity O(p) a step for p parameters
 * @see Kingma and Ba, "Adam: a method for stochastic optimization", 2015
 */
export function adam(parameterCount: number): Optimiser {
  const mean = new Float64Array(parameterCount);
  const square = new Float64Array(parameterCount);
  let [firstLeft, secondLeft] = [1, 1];
  return (parameters, gradient, rate) => {
    const length = Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0));
    // A window whose own outputs ran away says nothing: no step is better than one towards NaN.
    if (!Number.isFinite(length)) return;
    firstLeft *= FIRST_DECAY;
    secondLeft *= SECOND_DECAY;
    const shorten = length > LENGTH_MAX ? LENGTH_MAX / length : 1;
    for (let at = 0; at < parameterCount; at += 1) {
      const slope = shorten * (gradient[at] ?? 0);
      const first = FIRST_DECAY * (mean[at] ?? 0) + (1 - FIRST_DECAY) * slope;
      const second = SECOND_DECAY * (square[at] ?? 0) + (1 - SECOND_DECAY) * slope * slope;
      mean[at] = first;
      square[at] = second;
      const step = (rate * first) / (1 - firstLeft) / (Math.sqrt(second / (1 - secondLeft)) + EPSILON);
      parameters[at] = (parameters[at] ?? 0) - step;
    }
  };
}
