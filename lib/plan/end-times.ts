import { probit } from 'simple-statistics';
import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { standardNormals } from '../core/standard-normal.ts';
import type { Interval } from '../forecast/interval.ts';
import { SHARED_VARIANCE, STRAGGLER_LEAST, STRAGGLER_MOST } from '../shards/shard-spread.ts';
import { COPY_AFTER_FACTOR } from '../shards/slowest-factor.ts';
import { type ClaimedRun, claimedLength } from './claimed-length.ts';

const DRAWS_MAX = 400_000;
const SAMPLES_MIN = 40;
const SAMPLES_MAX = 4_000;
/** A chance that is stated to a user is known to this standard error, as far as so many draws allow. */
const STATED_ERROR = 0.006;
const STATED_DRAWS_MAX = 8_000_000;

export interface EndTimesRequest extends ClaimedRun {
  /** As predicted, the median; a barrier takes no time. */
  readonly durationsMs: Float64Array;
  /** Spread of each node's log duration. */
  readonly sigmas: Float64Array;
  /** A number for the type of each node. */
  readonly typeOf: Int32Array;
  /** Of each node, the chance that it is slow for no reason. */
  readonly stragglerShares: Float64Array;
  /** True when a late shard gets a copy, and the first of the two counts. @default false */
  readonly speculation?: boolean | undefined;
  /** Shard durations drawn in all; more shards get fewer samples, but never fewer than 40. @default 400,000 */
  readonly drawMax?: number | undefined;
  /** A moment for which the chance is stated to a user: more samples are drawn where it is near one half. */
  readonly statedMs?: DurationMs | undefined;
}

/** When all ends, as far as that is known. */
export interface EndTimes {
  /** The probability that all has ended by then, from now. */
  chanceBy(timeMs: DurationMs): number;
  /** By when all has ended with this probability. */
  endBy(chance: number): DurationMs;
}

/**
 * When a plan may end, by simulation: durations are lognormal about the prediction, each with an error of its own and
 * one that it shares with its type, and workers claim whatever is ready. The shared errors, which decide most, are
 * spread evenly over their distribution: fewer samples tell as much.
 *
 * @param random source of chance; equal seeds give equal results
 * @complexity O(samples · (n + m) log n)
 * @see McKay, Beckman and Conover, "A comparison of three methods for selecting values of input variables", 1979
 */
export function endTimes(request: EndTimesRequest, random: Random): EndTimes {
  const draws = drawsOf(request, random);
  const first = draws(sampleCount(request));
  const endsMs = Float64Array.of(...first, ...draws(missingSamples(request, first))).sort();
  return {
    chanceBy: (timeMs) => countUpTo(endsMs, timeMs) / endsMs.length,
    endBy: (chance) => endsMs[Math.max(0, Math.ceil(chance * endsMs.length) - 1)] ?? 0,
  };
}

/** A function of how often: the run's ends, with other durations each time. */
function drawsOf(request: EndTimesRequest, random: Random): (count: number) => Float64Array {
  const { typeOf, graph } = request;
  const typeCount = typeOf.reduce((most, type) => Math.max(most, type + 1), 0);
  const chance = { random, normal: standardNormals(random) };
  const lengthOf = claimedLength(request);
  const drawnMs = new Float64Array(graph.taskCount);
  return (count) => {
    const sharedOf = Array.from({ length: typeCount }, () => evenNormals(count, random));
    return Float64Array.from({ length: count }, (_, sample) => {
      draw(request, { drawnMs, sharedOf, sample }, chance);
      return lengthOf(drawnMs);
    });
  };
}

interface Draw {
  readonly drawnMs: Float64Array;
  readonly sharedOf: readonly Float64Array[];
  readonly sample: number;
}

interface Chance {
  readonly random: Random;
  readonly normal: () => number;
}

function draw(request: EndTimesRequest, { drawnMs, sharedOf, sample }: Draw, chance: Chance): void {
  const { durationsMs, sigmas, typeOf, speculation } = request;
  for (let node = 0; node < drawnMs.length; node += 1) {
    const shared = Math.sqrt(SHARED_VARIANCE) * (sharedOf[typeOf[node] ?? 0]?.[sample] ?? 0);
    const alone = ownFactor(request, node, chance);
    const copied = speculation && alone > COPY_AFTER_FACTOR;
    const own = copied ? Math.min(alone, COPY_AFTER_FACTOR + ownFactor(request, node, chance)) : alone;
    drawnMs[node] = (durationsMs[node] ?? 0) * Math.exp((sigmas[node] ?? 0) * shared) * own;
  }
}

function ownFactor({ sigmas, stragglerShares }: EndTimesRequest, node: number, { random, normal }: Chance): number {
  const sigma = sigmas[node] ?? 0;
  const share = stragglerShares[node] ?? 0;
  const error = sigma === 0 ? 1 : Math.exp(sigma * Math.sqrt(1 - SHARED_VARIANCE) * normal());
  const slow = share > 0 && random() < share;
  return slow ? error * (STRAGGLER_LEAST + (STRAGGLER_MOST - STRAGGLER_LEAST) * random()) : error;
}

/** One normal number from each of `count` equally likely intervals, in random order. */
function evenNormals(count: number, random: Random): Float64Array {
  const normals = Float64Array.from({ length: count }, (_, stratum) => probit((stratum + random()) / count));
  for (let at = count - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [normals[at], normals[other]] = [normals[other] ?? 0, normals[at] ?? 0];
  }
  return normals;
}

function countUpTo(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is certain needs to be looked at once. */
function sampleCount(request: EndTimesRequest): number {
  const { graph, drawMax = DRAWS_MAX } = request;
  if (isCertain(request)) return 1;
  return Math.max(SAMPLES_MIN, Math.min(SAMPLES_MAX, Math.floor(drawMax / Math.max(1, graph.taskCount))));
}

function isCertain({ sigmas, stragglerShares }: EndTimesRequest): boolean {
  return [...sigmas, ...stragglerShares].every((spread) => spread === 0);
}

/** As many as make the standard error of the stated chance small, judged by the first samples (Agresti and Coull 1998). */
function missingSamples(request: EndTimesRequest, firstMs: Float64Array): number {
  const { statedMs, graph } = request;
  if (statedMs === undefined || isCertain(request)) return 0;
  const chance = (firstMs.filter((endMs) => endMs <= statedMs).length + 2) / (firstMs.length + 4);
  const wanted = Math.ceil((chance * (1 - chance)) / STATED_ERROR ** 2);
  const affordable = Math.floor(STATED_DRAWS_MAX / Math.max(1, graph.taskCount));
  return Math.max(0, Math.min(wanted, affordable) - firstMs.length);
}

/**
 * The spread of a log duration whose upper end lies where an interval says.
 *
 * @returns 0 for an interval without width
 */
export function logSpread({ point, upper, level }: Interval): number {
  if (point <= 0 || upper <= point) return 0;
  return Math.log(upper / point) / probit((1 + level) / 2);
}
