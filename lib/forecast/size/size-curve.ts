import { median, quantileSorted } from 'simple-statistics';
import { quantileLine } from '../numeric/quantile-line.ts';

/** The middle value of a measure as a function of size. */
export type SizeCurve = (size: number) => number;

/** A way to find that function; none is best for every task, so held-out error chooses. */
export interface SizeCurveKind {
  readonly name: string;
  /**
   * @param sizes n non-negative values
   * @param values n non-negative values
   * @returns a function that is finite and not negative for every size
   */
  fit(sizes: readonly number[], values: readonly number[]): SizeCurve;
}

/** How many samples of the nearest size speak for a size. */
const NEIGHBOUR_COUNT = 7;

/** Size does not matter. */
export const typeMedian: SizeCurveKind = {
  name: 'median',
  fit: (_sizes, values) => {
    const middle = median([...values]);
    return () => middle;
  },
};

/** Through the origin: the one assumption that a single sample allows. */
export const proportional: SizeCurveKind = {
  name: 'proportional',
  fit: (sizes, values) => {
    const perUnit = median(values.map((value, index) => value / Math.max(1, sizes[index] ?? 0)));
    return (size) => perUnit * Math.max(1, size);
  },
};

/** A fixed part and a part per unit of size, by median regression. */
export const linear: SizeCurveKind = {
  name: 'linear',
  fit: (sizes, values) => {
    const { intercept, slope } = quantileLine(sizes, values, 0.5);
    return (size) => Math.max(0, intercept + slope * size);
  },
};

/** `value = c * size^e`, by median regression of the logs: caches, sorts and compression bend the line. */
export const powerLaw: SizeCurveKind = {
  name: 'power law',
  fit: (sizes, values) => {
    const { intercept, slope } = quantileLine(sizes.map(Math.log1p), values.map(Math.log1p), 0.5);
    const largest = Math.max(...values);
    return (size) => Math.max(0, Math.expm1(Math.min(intercept + slope * Math.log1p(size), steepest(largest))));
  },
};

/** Between two sizes that were seen, a steep exponent must not make a number beyond all reason. */
function steepest(largest: number): number {
  return Math.log1p(largest * 1e4);
}

/** The median of the samples nearest in size, for needs that jump instead of growing. */
export const nearest: SizeCurveKind = {
  name: 'nearest',
  fit: (sizes, values) => {
    const points = sizes.map((size, index) => ({ size, value: values[index] ?? 0 }));
    points.sort((a, b) => a.size - b.size || a.value - b.value);
    return (size) => medianAround(points, size);
  },
};

interface Point {
  readonly size: number;
  readonly value: number;
}

/** Grows a window around the size, always towards the nearer neighbour, the smaller one on a tie. */
function medianAround(points: readonly Point[], size: number): number {
  let end = firstAtLeast(points, size);
  let start = end;
  while (end - start < Math.min(NEIGHBOUR_COUNT, points.length)) {
    const below = size - (points[start - 1]?.size ?? Number.NEGATIVE_INFINITY);
    const above = (points[end]?.size ?? Number.POSITIVE_INFINITY) - size;
    if (below <= above) start -= 1;
    else end += 1;
  }
  const window = points.slice(start, end).map(({ value }) => value);
  return quantileSorted(
    window.sort((a, b) => a - b),
    0.5,
  );
}

function firstAtLeast(points: readonly Point[], size: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.size ?? 0) < size) low = middle + 1;
    else high = middle;
  }
  return low;
}
