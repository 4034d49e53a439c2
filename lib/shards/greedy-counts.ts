import type { DurationMs } from '../core/quantity.ts';
import { longestChains, longestPath, type StageGraph } from './stage-graph.ts';
import { countAt, timeAt } from './trim-counts.ts';

/** Looks at the whole graph, in stages times looks, before the greedy search gives up. */
const LOOKS_MAX = 20_000_000;

/**
 * Adds shards where a shard saves the most milliseconds on the longest path of the moment, until the deadline holds.
 *
 * @param start for each stage in topological order, the position in its curve to begin at
 * @returns the positions, or nothing when the stages on the longest path have no more counts or the graph is too large
 * @complexity O((n + m) · shards added)
 */
export function greedyCounts(
  graph: StageGraph,
  start: readonly number[],
  deadlineMs: DurationMs,
): readonly number[] | undefined {
  const choice = [...start];
  const timesMs = Float64Array.from(choice, (position, stage) => timeAt(graph, stage, position));
  for (let looks = 0; looks < LOOKS_MAX; looks += choice.length) {
    const chains = longestChains(graph, timesMs);
    if (chains.lengthMs <= deadlineMs) return choice;
    const raise = bestRaise(graph, choice, longestPath(graph, chains, timesMs));
    if (!raise) return undefined;
    choice[raise.stage] = raise.position;
    timesMs[raise.stage] = timeAt(graph, raise.stage, raise.position);
  }
  return undefined;
}

interface Raise {
  readonly stage: number;
  readonly position: number;
}

/** Ties go to the stage that comes first on the path, and to the smaller step. */
function bestRaise(graph: StageGraph, choice: readonly number[], path: readonly number[]): Raise | undefined {
  let best: Raise | undefined;
  let bestGain = 0;
  for (const stage of path) {
    const from = choice[stage] ?? 0;
    for (const position of [from + 1, from + 2]) {
      const addedCount = countAt(graph, stage, position) - countAt(graph, stage, from);
      if (addedCount <= 0) continue;
      const gain = (timeAt(graph, stage, from) - timeAt(graph, stage, position)) / addedCount;
      if (gain > bestGain) [best, bestGain] = [{ stage, position }, gain];
    }
  }
  return best;
}
