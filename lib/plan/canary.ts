import type { ShardType } from '../core/ids.ts';
import type { CostUsd } from '../core/quantity.ts';
import type { OpenShard } from './allocate-request.ts';
import type { Canary } from './plan.ts';
import type { ShardGraph } from './shard-graph.ts';
import { taskOrder } from './task-graph.ts';

/** A first shard may cost this many times what was predicted. */
const COST_RATIO_MAX = 2;
/** Of the needs of all first shards, the share that may lie above its interval. */
const MISSES_MAX = 0.25;

/** What is known of one attempt at a first shard, beside its prediction. */
export interface CanaryResult {
  readonly committed: boolean;
  /** True for each of CPU, memory and duration that was at most its interval's upper end. */
  readonly covered: readonly boolean[];
  readonly costUsd: CostUsd;
  readonly predictedCostUsd: CostUsd;
}

/**
 * Judges a new type by its first shards: it is demoted (a tier up) when any attempt failed, when more than a quarter of
 * the needs lay above their intervals, or when they cost more than twice what was predicted; it is promoted when all
 * have committed otherwise.
 *
 * A need below its interval is no reason against the type: the prior is wide on purpose, and the profile has it now.
 *
 * @param results one for each first shard that has ended
 */
export function judgeCanary(canary: Canary, results: readonly CanaryResult[]): Canary['verdict'] {
  if (results.some(({ committed }) => !committed)) return 'demoted';
  if (results.length < canary.shards.length) return 'waiting';
  const needs = results.flatMap(({ covered }) => covered);
  const missed = needs.filter((one) => !one).length;
  const costUsd = results.reduce((sum, result) => sum + result.costUsd, 0);
  const predictedUsd = results.reduce((sum, result) => sum + result.predictedCostUsd, 0);
  const dear = costUsd > COST_RATIO_MAX * predictedUsd && predictedUsd > 0;
  return missed > MISSES_MAX * needs.length || dear ? 'demoted' : 'promoted';
}

export interface TrialRequest {
  readonly shards: readonly OpenShard[];
  readonly graph: ShardGraph;
  /** Types that no profile knows. */
  readonly newTypes: readonly ShardType[];
  readonly known: readonly Canary[];
  readonly canaryCount: number;
}

/**
 * Picks the first shards of each new type: those that can run soonest. None of them waits for another shard of its type
 * that is not picked, so a trial never waits for itself.
 *
 * A type with no more shards than a trial needs is not put on trial: there would be nothing left to hold back.
 *
 * @returns the canaries known already, then the new ones, by type in the order given
 */
export function pickCanaries({ shards, graph, newTypes, known, canaryCount }: TrialRequest): readonly Canary[] {
  const judged = new Set(known.map(({ type }) => type));
  const open = new Map<ShardType, string[]>(newTypes.filter((type) => !judged.has(type)).map((type) => [type, []]));
  for (const node of taskOrder(graph.graph)) {
    const shard = shards[node];
    if (shard && !shard.running) open.get(shard.type)?.push(shard.id);
  }
  const picked = [...open]
    .filter(([, ids]) => canaryCount > 0 && ids.length > canaryCount)
    .map(([type, ids]): Canary => ({ type, shards: ids.slice(0, canaryCount), verdict: 'waiting' }));
  return [...known, ...picked];
}
