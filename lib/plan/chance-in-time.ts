import { probit } from 'simple-statistics';
import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { standardNormal } from '../core/standard-normal.ts';
import type { Interval } from '../forecast/interval.ts';
import { type TaskGraph, taskOrder } from './task-graph.ts';

/** Of the variance of a prediction's error, the part that all shards of a type share: the model is wrong for all. */
export const SHARED_VARIANCE = 0.25;
/** Shard durations drawn in all; more shards get fewer samples, but never fewer than the least. */
const DRAWS_MAX = 400_000;
const SAMPLES_MIN = 40;
const SAMPLES_MAX = 1_000;

export interface ChanceRequest {
  /** Shards that wait for one another, because of their needs or because they use the same slot in turn. */
  readonly graph: TaskGraph;
  /** Of each node: a barrier has a duration of 0. */
  readonly durationsMs: Float64Array;
  /** Spread of each node's log duration. */
  readonly sigmas: Float64Array;
  /** A number for the type of each node. */
  readonly typeOf: Int32Array;
  /** Moment before which each node cannot start, from now. */
  readonly releasesMs: Float64Array;
  readonly timeLeftMs: DurationMs;
}

/**
 * The probability that all ends in time, by simulation: durations are lognormal about the prediction, each with an
 * error of its own and one that it shares with its type, and every slot keeps the order that the plan gives it.
 * Workers take whatever is ready, so the truth is a little better than this.
 *
 * @param random source of chance; equal seeds give equal results
 * @complexity O(samples · (n + m))
 */
export function chanceInTime(request: ChanceRequest, random: Random): number {
  const { graph, sigmas, typeOf, timeLeftMs } = request;
  const order = taskOrder(graph);
  const samples = sampleCount(graph.taskCount, sigmas);
  const typeCount = typeOf.reduce((most, type) => Math.max(most, type + 1), 0);
  let inTime = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const shared = Float64Array.from({ length: typeCount }, () => standardNormal(random));
    if (lengthOf(request, order, { shared, random }) <= timeLeftMs) inTime += 1;
  }
  return inTime / samples;
}

/** What is certain needs to be looked at once. */
function sampleCount(nodeCount: number, sigmas: Float64Array): number {
  if (sigmas.every((sigma) => sigma === 0)) return 1;
  return Math.max(SAMPLES_MIN, Math.min(SAMPLES_MAX, Math.floor(DRAWS_MAX / Math.max(1, nodeCount))));
}

function lengthOf(
  { graph, durationsMs, sigmas, typeOf, releasesMs }: ChanceRequest,
  order: Int32Array,
  { shared, random }: { readonly shared: Float64Array; readonly random: Random },
): DurationMs {
  const startsMs = releasesMs.slice();
  let lastMs = 0;
  for (const node of order) {
    const sigma = sigmas[node] ?? 0;
    const common = Math.sqrt(SHARED_VARIANCE) * (shared[typeOf[node] ?? 0] ?? 0);
    const error = sigma === 0 ? 0 : sigma * (common + Math.sqrt(1 - SHARED_VARIANCE) * standardNormal(random));
    const endMs = (startsMs[node] ?? 0) + (durationsMs[node] ?? 0) * Math.exp(error);
    lastMs = Math.max(lastMs, endMs);
    for (let edge = graph.offsets[node] ?? 0; edge < (graph.offsets[node + 1] ?? 0); edge += 1) {
      const later = graph.targets[edge] ?? 0;
      startsMs[later] = Math.max(startsMs[later] ?? 0, endMs);
    }
  }
  return lastMs;
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
