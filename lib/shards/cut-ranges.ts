import type { Bytes } from '../core/quantity.ts';
import type { DataRange, InputLayout } from './input-layout.ts';

/** A cut moves to a segment's border when that is nearer than this share of a range: a border costs nothing. */
const SNAP_SHARE = 0.05;
const BISECTIONS = 50;

export interface WeightedRange extends DataRange {
  readonly bytes: Bytes;
}

/**
 * Cuts an input into ranges of nearly equal weight that lie end to end and cover it.
 *
 * @param layout s segments; ranges end at their borders, or inside them where the layout allows it
 * @param count how many ranges, as far as the input has room: at least 1, at most {@link rangeCountMax}
 * @returns non-empty ranges in order; one empty range for an empty input
 * @complexity O(s log s + count)
 */
export function cutRanges(layout: InputLayout, count: number): readonly WeightedRange[] {
  if (layout.unitCount === 0) return [{ start: 0, end: 0, bytes: 0 }];
  const wanted = Math.max(1, Math.min(count, rangeCountMax(layout)));
  const cuts = layout.cutInside ? cutsInside(layout, wanted) : cutsAtBorders(layout, wanted);
  const weightTo = cumulativeWeight(layout);
  return cuts.map((end, index) => {
    const start = cuts[index - 1] ?? 0;
    return { start, end, bytes: Math.max(0, weightTo(end) - weightTo(start)) };
  });
}

/** The most ranges that an input can be cut into. */
export function rangeCountMax(layout: InputLayout): number {
  const borders = layout.segments.filter(({ units }) => units > 0).length;
  return Math.max(1, layout.cutInside ? layout.unitCount : borders);
}

/** The share of all bytes that the heaviest of `count` ranges holds: 1 / count when they are equal. */
export function largestShare(layout: InputLayout, count: number): number {
  const ranges = cutRanges(layout, count);
  const total = ranges.reduce((sum, { bytes }) => sum + bytes, 0);
  return total === 0 ? 1 / ranges.length : ranges.reduce((most, { bytes }) => Math.max(most, bytes), 0) / total;
}

/** Ends at equal parts of the weight, each at least one unit after the one before and leaving one for each to come. */
function cutsInside(layout: InputLayout, count: number): readonly number[] {
  const unitAt = unitAtWeight(layout);
  const cuts: number[] = [];
  for (let index = 1; index < count; index += 1) {
    const end = unitAt(index / count, SNAP_SHARE / count);
    cuts.push(Math.min(Math.max(end, (cuts.at(-1) ?? 0) + 1), layout.unitCount - (count - index)));
  }
  return [...cuts, layout.unitCount];
}

/** Ends at segment borders so that the heaviest range is as light as can be: bisection of its weight, filled greedily. */
function cutsAtBorders(layout: InputLayout, count: number): readonly number[] {
  const segments = layout.segments.filter(({ units }) => units > 0);
  const weights = segmentWeights(segments);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let low = Math.max(
    total / count,
    weights.reduce((most, weight) => Math.max(most, weight), 0),
  );
  let high = total;
  for (let step = 0; step < BISECTIONS && high > low; step += 1) {
    const middle = (low + high) / 2;
    if (fill(weights, middle, 1).length <= count) high = middle;
    else low = middle;
  }
  const ends = fill(weights, high, count);
  const borders: number[] = [];
  for (const { units } of segments) borders.push((borders.at(-1) ?? 0) + units);
  return ends.map((end) => borders[end - 1] ?? layout.unitCount);
}

/** Fills ranges up to a weight, ending one early when the segments left are just enough for `atLeast` ranges. */
function fill(weights: readonly number[], most: number, atLeast: number): readonly number[] {
  const ends: number[] = [];
  let filled = 0;
  for (const [index, weight] of weights.entries()) {
    const begun = index > (ends.at(-1) ?? 0);
    const mustEnd = weights.length - index <= atLeast - ends.length - 1;
    if (begun && (mustEnd || filled + weight > most * (1 + Number.EPSILON * weights.length))) {
      ends.push(index);
      filled = 0;
    }
    filled += weight;
  }
  return [...ends, weights.length];
}

/** The bytes of each segment; where there are none at all, its units stand for them. */
function segmentWeights(segments: InputLayout['segments']): readonly number[] {
  const weighed = segments.some(({ bytes }) => bytes > 0);
  return segments.map(({ units, bytes }) => (weighed ? bytes : units));
}

/** The weight up to a unit; inside a segment it grows evenly. */
function cumulativeWeight({ segments }: InputLayout): (unit: number) => Bytes {
  const borders: { units: number; bytes: number }[] = [{ units: 0, bytes: 0 }];
  for (const { units, bytes } of segments) {
    const last = borders.at(-1) ?? { units: 0, bytes: 0 };
    borders.push({ units: last.units + units, bytes: last.bytes + bytes });
  }
  let at = 0;
  return (unit) => {
    if ((borders[at]?.units ?? 0) > unit) at = 0;
    while ((borders[at + 1]?.units ?? Number.POSITIVE_INFINITY) <= unit) at += 1;
    const here = borders[at] ?? { units: 0, bytes: 0 };
    const next = borders[at + 1];
    if (!next) return here.bytes;
    return here.bytes + ((unit - here.units) / (next.units - here.units)) * (next.bytes - here.bytes);
  };
}

/** The unit at a share of the whole weight, moved to a segment's border that is within `snap` of it. */
function unitAtWeight({ segments }: InputLayout): (share: number, snap: number) => number {
  const weights = segmentWeights(segments);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let at = 0;
  let units = 0;
  let weight = 0;
  return (share, snap) => {
    const wanted = share * total;
    while (at < segments.length - 1 && weight + (weights[at] ?? 0) < wanted) {
      weight += weights[at] ?? 0;
      units += segments[at]?.units ?? 0;
      at += 1;
    }
    const within = weights[at] ?? 0;
    const inside = within === 0 ? 0 : (wanted - weight) / within;
    if (wanted - weight <= snap * total) return units;
    if (weight + within - wanted <= snap * total) return units + (segments[at]?.units ?? 0);
    return units + Math.round(inside * (segments[at]?.units ?? 0));
  };
}
