import { median, quantileSorted } from 'simple-statistics';
import { linearScale, logScale } from '../numeric/value-scale.ts';
import { SPIKE_LENGTH_MAX } from './clean-anomalies.ts';

/** So many values in a row are a new level, and fewer are a spike: the rule of `cleanAnomalies`. */
const SIDE_LENGTH = SPIKE_LENGTH_MAX + 1;

/** Only the newest seasons are looked at: what is older the models have had time to follow. */
const SEASONS_LOOKED_AT = 7;

/** Who has seen one day has seen little: without two of them before the step nothing is moved. */
const SEASONS_BEFORE_MIN = 2;

/** What is usual at a place is the middle of so many values, or a shorter season tells it. */
const ALIKE_MIN = 3;

/** The usual range leaves out this share of what came before at either end. */
const RANGE_TAIL = 0.005;

/** The new level is at least so many widths of the usual range away from it. */
const WIDTHS_AWAY_MIN = 0.5;

/** So much of what came since is nearer to the new level than to the usual range: spikes are allowed for. */
const SHARE_STAYING_MIN = 0.9;

/** So much of the way was gone in one step: a trend is no shift. */
const ABRUPT_SHARE_MIN = 0.65;

/**
 * Moves what lies before a step out of all that was ever seen to the new level. How such a level ends the history
 * cannot say; that it ends at once, as every seasonal model would have it, is the worst guess.
 *
 * Unlike `alignLevels` it needs no whole season after the shift, and holds for series that reach 0.
 *
 * @param values n finite values
 * @param seasons ascending; without any nothing is changed
 * @complexity O(n log n)
 */
export function alignNewLevel(values: Float64Array, seasons: readonly number[]): Float64Array {
  const [season = Number.POSITIVE_INFINITY] = seasons;
  const oldest = Math.max(SEASONS_BEFORE_MIN * season, values.length - SEASONS_LOOKED_AT * season);
  if (oldest + SIDE_LENGTH > values.length) return values;
  const scale = logScale(values) ?? linearScale(values);
  const seen = values.map(scale.forward);
  const at = largestStep(unusual(seen, usualValues(seen, seasons)), oldest);
  const rest = unusual(seen, usualValues(seen.subarray(0, at), seasons));
  if (!isNewLevel(rest, at)) return values;
  // Against the last season, and not against all that came before: the level may have drifted.
  const change = middle(rest.subarray(at)) - middle(rest.subarray(at - season, at));
  return values.map((value, step) => (step < at ? scale.backward((seen[step] ?? 0) + change) : value));
}

/** The median at each place of the longest season that was seen often enough. */
function usualValues(values: Float64Array, seasons: readonly number[]): Float64Array {
  const season = seasons.findLast((steps) => values.length >= ALIKE_MIN * steps) ?? seasons[0] ?? 1;
  return Float64Array.from({ length: season }, (_, place) => {
    const alike: number[] = [];
    for (let at = place; at < values.length; at += season) alike.push(values[at] ?? 0);
    return median(alike);
  });
}

function unusual(values: Float64Array, usual: Float64Array): Float64Array {
  return values.map((value, step) => value - (usual[step % usual.length] ?? 0));
}

function middle(values: Float64Array): number {
  return median([...values]);
}

/** Where the middle of the next few values is farthest from that of the last few, to the very step. */
function largestStep(rest: Float64Array, oldest: number): number {
  const last = rest.length - SIDE_LENGTH;
  const near = largestBy((at) => stepAt(rest, at), oldest, last);
  const reach = SIDE_LENGTH / 2;
  const single = (at: number) => (rest[at] ?? 0) - (rest[at - 1] ?? 0);
  return largestBy(single, Math.max(oldest, near - reach), Math.min(last, near + reach));
}

/** The first on a tie. */
function largestBy(sizeOf: (at: number) => number, first: number, last: number): number {
  let [largest, found] = [0, first];
  for (let at = first; at <= last; at += 1) {
    const size = Math.abs(sizeOf(at));
    if (size > largest) [largest, found] = [size, at];
  }
  return found;
}

function stepAt(rest: Float64Array, at: number): number {
  return middle(rest.subarray(at, at + SIDE_LENGTH)) - middle(rest.subarray(at - SIDE_LENGTH, at));
}

/** True when the values since the step stay out of the usual range, and no run of those before has been out there. */
function isNewLevel(rest: Float64Array, at: number): boolean {
  const [before, after] = [rest.subarray(0, at), rest.subarray(at)];
  const sorted = [...before].sort((a, b) => a - b);
  const [low, high] = [quantileSorted(sorted, RANGE_TAIL), quantileSorted(sorted, 1 - RANGE_TAIL)];
  const level = middle(after);
  const edge = level > high ? high : low;
  const away = level > high ? level - high : low - level;
  if (high === low || away < WIDTHS_AWAY_MIN * (high - low)) return false;
  if (stepAt(rest, at) / (level - middle(before)) < ABRUPT_SHARE_MIN) return false;
  const isOutThere = (value: number) => Math.abs(value - level) < Math.abs(value - edge);
  const staying = after.reduce((count, value) => count + (isOutThere(value) ? 1 : 0), 0);
  return staying >= SHARE_STAYING_MIN * after.length && longestRun(before, isOutThere) < SIDE_LENGTH;
}

function longestRun(values: Float64Array, holds: (value: number) => boolean): number {
  let [longest, run] = [0, 0];
  for (const value of values) {
    run = holds(value) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
