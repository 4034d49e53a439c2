import type { PoolId } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { isTrusted } from './is-trusted.ts';
import { orderByRank, orderTasks } from './order-tasks.ts';
import { type PlacementRequest, placementProblem } from './placement-problem.ts';
import { taskOrder } from './task-graph.ts';

export interface PlacingRequest extends PlacementRequest {
  /** Of each node, see `upwardRanks`. */
  readonly upwardMs: Float64Array;
  /** Of the search for a better order, where run times are known well enough for one. */
  readonly random: Random;
  readonly polish: boolean;
  /** True for a plan that is only compared with others: no other order than that of the ranks is tried. @default false */
  readonly rankOnly?: boolean | undefined;
}

export interface PlacedShard {
  readonly shard: number;
  /** Nothing when no open pool of the tier will have room. */
  readonly pool: PoolId | undefined;
  /** From now. */
  readonly startMs: DurationMs;
  readonly endMs: DurationMs;
  /** When its last predecessor has ended: what lies between this and the start is waiting for a slot. */
  readonly readyMs: DurationMs;
}

export interface PlacedShards {
  /** One for each shard, in the order of the request. */
  readonly placed: readonly PlacedShard[];
  /** Of each node, how long before the end of the run it should start: the order of claims, longest first. */
  readonly ranksMs: Float64Array;
}

/**
 * Places the open shards in the pools of their tiers (see {@link placementProblem}): list scheduling with backfilling,
 * in the best of a few orders.
 *
 * @complexity O((n + m) log n + n · tiers · pools) for each order, see {@link orderTasks}
 */
export function placeShards(placing: PlacingRequest): PlacedShards {
  const { request, durationsMs, upwardMs, random, polish, rankOnly = false } = placing;
  const problem = placementProblem(placing);
  const ordering = { upwardMs, trusted: polish && isTrusted(request.shards), random };
  const { startsMs, binOf, ranksMs } = rankOnly ? orderByRank(problem, upwardMs) : orderTasks(problem, ordering);
  const readyMs = readyTimes(placing, startsMs);
  const placed = request.shards.map(({ running }, shard) => {
    const startMs = running ? 0 : (startsMs[shard] ?? 0);
    const pool = running ? running.pool : request.pools[binOf[shard] ?? -1]?.id;
    return { shard, pool, startMs, endMs: startMs + (durationsMs[shard] ?? 0), readyMs: readyMs[shard] ?? 0 };
  });
  return { placed, ranksMs };
}

/** When the last of each shard's predecessors has ended, and its input is there. */
function readyTimes({ request, graph, durationsMs }: PlacementRequest, startsMs: Float64Array): Float64Array {
  const { offsets, targets, taskCount } = graph.graph;
  const readyMs = new Float64Array(taskCount);
  for (const [shard, { arrival }] of request.shards.entries()) readyMs[shard] = arrival?.opensInMs ?? 0;
  for (const node of taskOrder(graph.graph)) {
    const started = request.shards[node]?.running ? 0 : (startsMs[node] ?? 0);
    const endMs = started + (durationsMs[node] ?? 0);
    for (let edge = offsets[node] ?? 0; edge < (offsets[node + 1] ?? 0); edge += 1) {
      const later = targets[edge] ?? 0;
      readyMs[later] = Math.max(readyMs[later] ?? 0, endMs);
    }
  }
  return readyMs;
}
