import { ForeshardError } from '../core/foreshard-error.ts';
import type { DurationMs } from '../core/quantity.ts';
import { COUNT_STEP_SHARE, EVERY_COUNT_MAX, leastIndexWithin } from './duration-curve.ts';
import { flowDual } from './flow-dual.ts';
import { greedyCounts } from './greedy-counts.ts';
import { type CountedStage, longestChains, type StageGraph, stageGraph } from './stage-graph.ts';
import { countAt, timeAt, trimCounts } from './trim-counts.ts';

export interface LeastCount {
  readonly shardCount: number;
  readonly timeMs: DurationMs;
  /** With every other stage at its fastest, this one keeps the deadline with no fewer. */
  readonly leastShardCount: number;
}

export interface LeastCounts {
  readonly stages: ReadonlyMap<string, LeastCount>;
  readonly totalCount: number;
  /** Certified: no counts that keep the deadline have a smaller total. */
  readonly bound: number;
}

/**
 * Finds the smallest total number of shards with which every path of the workflow keeps the deadline: the flow dual,
 * rounded and trimmed, and the greedy search, trimmed; the better of both.
 *
 * @param stages n operations with their duration curves, m edges
 * @throws {ForeshardError} `DeadlineUnreachable`, with the earliest deadline, when no counts keep it;
 *   `CyclicWorkflow` and `DanglingEdge` when the stages are no graph
 * @see docs/methods.md, "How many shards"
 */
export function leastShardCounts(stages: readonly CountedStage[], deadlineMs: DurationMs): LeastCounts {
  const graph = stageGraph(stages);
  const { heads, tails } = refuseUnreachable(graph, deadlineMs);
  const { bound, targetsMs } = flowDual(graph, deadlineMs);
  const choice = best(graph, candidates(graph, targetsMs, deadlineMs));
  const least = graph.stages.map(({ id, curve }, stage): [string, LeastCount] => {
    const othersMs = (heads[stage] ?? 0) + (tails[stage] ?? 0) - 2 * (curve.timesMs.at(-1) ?? 0);
    const leastIndex = leastIndexWithin(curve, deadlineMs - othersMs) ?? curve.counts.length - 1;
    const position = choice[stage] ?? 0;
    return [
      id,
      {
        shardCount: countAt(graph, stage, position),
        timeMs: timeAt(graph, stage, position),
        leastShardCount: curve.counts[leastIndex] ?? 1,
      },
    ];
  });
  const totalCount = total(graph, choice);
  return { stages: new Map(least), totalCount, bound: certified(graph, bound) };
}

/** With every stage at its fastest, the longest path is the earliest deadline that there can be. */
function refuseUnreachable(graph: StageGraph, deadlineMs: DurationMs) {
  const fastest = longestChains(
    graph,
    Float64Array.from(graph.stages, ({ curve }) => curve.timesMs.at(-1) ?? 0),
  );
  if (fastest.lengthMs > deadlineMs) throw deadlineUnreachable(deadlineMs, fastest.lengthMs);
  return fastest;
}

export function deadlineUnreachable(deadlineMs: DurationMs, earliestMs: DurationMs): ForeshardError {
  return new ForeshardError(
    'DeadlineUnreachable',
    `the workflow cannot end within ${Math.round(deadlineMs)} ms at any number of shards: the earliest is ${Math.ceil(earliestMs)} ms; set the deadline to at least that, or add slots`,
  );
}

function candidates(
  graph: StageGraph,
  targetsMs: readonly DurationMs[],
  deadlineMs: DurationMs,
): readonly (readonly number[])[] {
  const last = graph.stages.map(({ curve }) => curve.counts.length - 1);
  const rounded = graph.stages.map(
    ({ curve }, stage) => leastIndexWithin(curve, Math.ceil(targetsMs[stage] ?? 0)) ?? last[stage] ?? 0,
  );
  const lower = rounded.map((position) => Math.max(0, position - 1));
  const starts = [rounded, lower, rounded.map(() => 0)];
  const found = starts.map((start) => greedyCounts(graph, start, deadlineMs)).filter((choice) => choice !== undefined);
  return (found.length > 0 ? found : [last]).map((choice) => trimCounts(graph, choice, deadlineMs));
}

/** The first of those with the smallest total. */
function best(graph: StageGraph, choices: readonly (readonly number[])[]): readonly number[] {
  return choices.reduce((least, choice) => (total(graph, choice) < total(graph, least) ? choice : least));
}

function total(graph: StageGraph, choice: readonly number[]): number {
  return choice.reduce((sum, position, stage) => sum + countAt(graph, stage, position), 0);
}

/** Where a curve leaves counts out, a plan between two of them can be smaller by one step. */
function certified(graph: StageGraph, bound: number): number {
  const complete = graph.stages.every(({ curve }) => (curve.counts.at(-1) ?? 0) <= EVERY_COUNT_MAX);
  return complete ? bound : bound / (1 + COUNT_STEP_SHARE);
}
