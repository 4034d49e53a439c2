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

/** Ends at segment borders so that the heaviest range is as light as can be, and the others are nearly equal. */
function cutsAtBorders(layout: InputLayout, count: number): readonly number[] {
  const segments = layout.segments.filter(({ units }) => units > 0);
  const weights = segmentWeights(segments);
  const ends = balancedEnds(weights, count, lightestHeaviest(weights, count));
  const borders: number[] = [];
  for (const { units } of segments) borders.push((borders.at(-1) ?? 0) + units);
  return ends.map((end) => borders[end - 1] ?? layout.unitCount);
}

/** The weight that the heaviest of `count` ranges must have: bisection, each weight tried by filling greedily. */
function lightestHeaviest(weights: readonly number[], count: number): number {
  const total = sum(weights);
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  let low = Math.max(total / count, heaviest);
  if ((rangesNeeded(weights, low)[0] ?? 0) <= count) return low;
  let high = total;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if ((rangesNeeded(weights, middle)[0] ?? 0) <= count) high = middle;
    else low = middle;
  }
  return high;
}

/** For each segment, how many ranges it and all after it need when none may be heavier than `most`. */
function rangesNeeded(weights: readonly number[], most: number): Int32Array {
  const needed = new Int32Array(weights.length + 1);
  const limit = withRounding(most, weights.length);
  let end = weights.length;
  let filled = 0;
  for (let start = weights.length - 1; start >= 0; start -= 1) {
    filled += weights[start] ?? 0;
    while (filled > limit && end > start + 1) {
      end -= 1;
      filled -= weights[end] ?? 0;
    }
    needed[start] = 1 + (needed[end] ?? 0);
  }
  return needed;
}

/**
 * Ends a range where its weight is nearest to the mean of what is left for it and those to come. Segments heavier than
 * the mean count as ranges of their own there: one hot key must not make every other range as heavy as itself.
 *
 * @returns exactly `count` ends, none of the ranges heavier than `most`
 */
function balancedEnds(weights: readonly number[], count: number, most: number): readonly number[] {
  const needed = rangesNeeded(weights, most);
  const limit = withRounding(most, weights.length);
  const hot = hotThreshold(weights, count);
  let rest = weights.reduce((all, weight) => (weight > hot ? all : all + weight), 0);
  let hotLeft = weights.filter((weight) => weight > hot).length;
  const ends: number[] = [];
  let filled = 0;
  let target = rest / Math.max(1, count - hotLeft);
  for (const [index, weight] of weights.entries()) {
    const left = count - ends.length - 1;
    const begun = index > (ends.at(-1) ?? 0);
    const full = filled + weight > limit || (filled + weight / 2 > target && left >= (needed[index] ?? 0));
    if (begun && left > 0 && (full || weights.length - index <= left)) {
      ends.push(index);
      filled = 0;
      target = rest / Math.max(1, left - hotLeft);
    }
    filled += weight;
    if (weight > hot) hotLeft -= 1;
    else rest -= weight;
  }
  return [...ends, weights.length];
}

/** The mean of the ranges that are left when every segment heavier than that mean has one to itself. */
function hotThreshold(weights: readonly number[], count: number): number {
  const descending = weights.toSorted((a, b) => b - a);
  let rest = sum(weights);
  for (const [hotCount, weight] of descending.entries()) {
    if (hotCount >= count - 1 || weight <= rest / (count - hotCount)) return rest / (count - hotCount);
    rest -= weight;
  }
  return Number.POSITIVE_INFINITY;
}

/** Sums in another order may differ in their last bits. */
function withRounding(weight: number, terms: number): number {
  return weight * (1 + Number.EPSILON * (terms + 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
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
