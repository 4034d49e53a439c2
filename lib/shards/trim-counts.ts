import type { DurationMs } from '../core/quantity.ts';
import { longestChains, type StageGraph } from './stage-graph.ts';

/** Looks at the whole graph, in stages times looks, before the trimming ends as it is. */
const LOOKS_MAX = 20_000_000;

/**
 * Takes shards away as long as the deadline holds: each time from the stage whose next smaller count uses up the least
 * of its slack per shard saved.
 *
 * @param choice for each stage in topological order, the position of its count in its curve; keeps the deadline
 * @returns positions that are nowhere higher, and that keep the deadline; no single one can be lowered further, unless
 *   the graph is so large that the search ended early
 * @complexity O((n + m) · shards taken away)
 */
export function trimCounts(graph: StageGraph, choice: readonly number[], deadlineMs: DurationMs): readonly number[] {
  const trimmed = [...choice];
  const timesMs = Float64Array.from(trimmed, (position, stage) => timeAt(graph, stage, position));
  for (let looks = 0; looks < LOOKS_MAX; looks += trimmed.length) {
    const { heads, tails } = longestChains(graph, timesMs);
    let best = -1;
    let bestUse = Number.POSITIVE_INFINITY;
    for (const [stage, position] of trimmed.entries()) {
      if (position === 0) continue;
      const timeMs = timesMs[stage] ?? 0;
      const slackMs = deadlineMs - ((heads[stage] ?? 0) + (tails[stage] ?? 0) - timeMs);
      const longerMs = timeAt(graph, stage, position - 1) - timeMs;
      if (longerMs > slackMs) continue;
      const savedCount = countAt(graph, stage, position) - countAt(graph, stage, position - 1);
      const use = longerMs / Math.max(slackMs, 1) / savedCount;
      if (use < bestUse) [best, bestUse] = [stage, use];
    }
    if (best < 0) break;
    trimmed[best] = (trimmed[best] ?? 0) - 1;
    timesMs[best] = timeAt(graph, best, trimmed[best] ?? 0);
  }
  return trimmed;
}

export function timeAt(graph: StageGraph, stage: number, position: number): DurationMs {
  return graph.stages[stage]?.curve.timesMs[position] ?? 0;
}

export function countAt(graph: StageGraph, stage: number, position: number): number {
  return graph.stages[stage]?.curve.counts[position] ?? 0;
}
