/** How a model sees values: as they are, or their logs; always of order one. */
export interface ValueScale {
  forward(value: number): number;
  backward(seen: number): number;
}

/** Zeros and the smallest values are lifted by this share of the mean before their log is taken. */
const LOG_OFFSET = 0.02;

/** No forecast is beyond e^this of the largest value: a log model must not explode. */
const LOG_REACH = 3;

/** Divides by the mean size, so that penalties and tolerances mean the same for a share and for a byte count. */
export function linearScale(values: Float64Array): ValueScale {
  const unit = meanSize(values);
  return { forward: (value) => value / unit, backward: (seen) => seen * unit };
}

/**
 * The log of each value over the mean. Values near zero are lifted a little, only where there are some.
 *
 * @returns undefined when a value is negative
 */
export function logScale(values: Float64Array): ValueScale | undefined {
  const unit = meanSize(values);
  const smallest = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  if (smallest < 0) return undefined;
  const offset = smallest < LOG_OFFSET * unit ? LOG_OFFSET : 0;
  const largest = values.reduce((most, value) => Math.max(most, value), 0) / unit + offset;
  const ceiling = Math.log(largest) + LOG_REACH;
  return {
    forward: (value) => Math.log(value / unit + offset),
    backward: (seen) => Math.max(0, (Math.exp(Math.min(ceiling, seen)) - offset) * unit),
  };
}

function meanSize(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value) / values.length;
  return sum > 0 ? sum : 1;
}
