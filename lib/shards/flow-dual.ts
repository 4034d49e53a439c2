import type { DurationMs } from '../core/quantity.ts';
import { type PriceCurve, priceCurve, smoothTimeAt, vertexAt } from './price-curve.ts';
import { longestChains, longestPath, type StageGraph } from './stage-graph.ts';

/** Paths sent along, and passes over those already found; on 2,000 random graphs the bound moved less than 0.1 % after. */
const PATHS_MAX = 80;
const SWEEPS_PER_PATH = 4;
const BISECTIONS = 40;
/** A path counts as within the deadline when it is longer by no more than this share. */
const TOLERANCE = 1e-4;

export interface FlowDual {
  /** No counts from the curves keep the deadline with fewer shards in all. */
  readonly bound: number;
  /** The time that each stage should take, in topological order. */
  readonly targetsMs: readonly DurationMs[];
}

interface Path {
  readonly nodes: readonly number[];
  flow: number;
}

/**
 * The Lagrangian dual of "fewest shards with every path within the deadline". The prices of the paths are a flow from
 * sources to sinks; the one through a stage is the price of its milliseconds. Frank-Wolfe: send flow along the longest
 * path of the moment until that path keeps the deadline, and correct the paths found before.
 *
 * For any flow, Σ min over N of (N + price·T(N)) − flow·deadline is a lower bound, so the bound stands even where the
 * search stops early.
 *
 * @complexity O(PATHS_MAX · (n + m + PATHS_MAX · path length · log vertices))
 * @see Frank and Wolfe, 1956; Fulkerson, "A network flow computation for project cost curves", 1961
 */
export function flowDual(graph: StageGraph, deadlineMs: DurationMs): FlowDual {
  const curves = graph.stages.map(({ curve }) => priceCurve(curve));
  const prices = new Float64Array(curves.length);
  const paths: Path[] = [];
  let bound = 0;
  for (let round = 0; round < PATHS_MAX; round += 1) {
    bound = Math.max(bound, boundAt({ curves, prices, paths, deadlineMs }));
    const timesMs = smoothTimes(curves, prices);
    const chains = longestChains(graph, timesMs);
    if (chains.lengthMs <= deadlineMs * (1 + TOLERANCE)) break;
    addPath(paths, longestPath(graph, chains, timesMs));
    for (let sweep = 0; sweep < SWEEPS_PER_PATH; sweep += 1) {
      for (const path of paths.toReversed()) settle(path, { curves, prices, deadlineMs });
    }
  }
  bound = Math.max(bound, boundAt({ curves, prices, paths, deadlineMs }));
  return { bound, targetsMs: [...smoothTimes(curves, prices)] };
}

function addPath(paths: Path[], nodes: readonly number[]): void {
  const key = nodes.join();
  if (!paths.some((path) => path.nodes.join() === key)) paths.push({ nodes, flow: 0 });
}

interface Prices {
  readonly curves: readonly PriceCurve[];
  readonly prices: Float64Array;
  readonly deadlineMs: DurationMs;
}

/** Gives a path the least flow with which it keeps the deadline, the other paths' flows standing. */
function settle(path: Path, { curves, prices, deadlineMs }: Prices): void {
  for (const node of path.nodes) prices[node] = Math.max(0, (prices[node] ?? 0) - path.flow);
  const lengthAt = (flow: number) => {
    let lengthMs = 0;
    for (const node of path.nodes) lengthMs += smoothTimeAt(curves[node] ?? NO_CURVE, (prices[node] ?? 0) + flow);
    return lengthMs;
  };
  path.flow = lengthAt(0) <= deadlineMs ? 0 : leastFlow(lengthAt, deadlineMs, path.flow);
  for (const node of path.nodes) prices[node] = (prices[node] ?? 0) + path.flow;
}

function leastFlow(lengthAt: (flow: number) => number, deadlineMs: DurationMs, guess: number): number {
  let high = Math.max(guess, Number.EPSILON);
  for (let step = 0; step < 2 * BISECTIONS && lengthAt(high) > deadlineMs; step += 1) high *= 4;
  let low = 0;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (lengthAt(middle) > deadlineMs) low = middle;
    else high = middle;
  }
  return high;
}

function boundAt({ curves, prices, paths, deadlineMs }: Prices & { readonly paths: readonly Path[] }): number {
  let sum = 0;
  for (const [node, curve] of curves.entries()) {
    const price = prices[node] ?? 0;
    const vertex = vertexAt(curve, price);
    sum += (curve.counts[vertex] ?? 0) + price * (curve.timesMs[vertex] ?? 0);
  }
  return sum - deadlineMs * paths.reduce((flow, path) => flow + path.flow, 0);
}

function smoothTimes(curves: readonly PriceCurve[], prices: Float64Array): Float64Array {
  return Float64Array.from(curves, (curve, node) => smoothTimeAt(curve, prices[node] ?? 0));
}

const NO_CURVE: PriceCurve = { counts: [], timesMs: [], prices: [] };
