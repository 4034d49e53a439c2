import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import type { AllocateRequest } from './allocate-request.ts';
import { type PlacedShard, placeShards } from './place-shards.ts';
import type { Canary, SlotGrant } from './plan.ts';
import { type ShardGraph, shardGraph } from './shard-graph.ts';
import type { SizedShards } from './size-shards.ts';
import { slotGrants } from './slot-grants.ts';
import { upwardRanks } from './task-graph.ts';

/** A slot that has nothing to do for less than this many starts is kept: giving it back would cost more. */
export const SLOT_KEPT_STARTS = 4;

export interface PlacedRun {
  readonly canaries: readonly Canary[];
  readonly graph: ShardGraph;
  /** Of each node, see `upwardRanks`. */
  readonly longestMs: Float64Array;
  /** Of each node, see `placeShards`. */
  readonly ranksMs: Float64Array;
  readonly placed: readonly PlacedShard[];
}

export interface Placing {
  readonly request: AllocateRequest;
  readonly sized: SizedShards;
  readonly random: Random;
  readonly polish: boolean;
  /** See `placeShards`. */
  readonly rankOnly?: boolean;
}

/** Places the open shards of a run, with some of them on trial. */
export function placeRun(
  { request, sized, random, polish, rankOnly }: Placing,
  canaries: readonly Canary[],
): PlacedRun {
  const graph = shardGraph(request.shards, canaries);
  const nodesMs = new Float64Array(graph.graph.taskCount);
  nodesMs.set(sized.durationsMs);
  const longestMs = upwardRanks(graph.graph, nodesMs);
  const upwardMs = dueRanks(request, longestMs, sized);
  const { placed, ranksMs } = placeShards({ request, graph, upwardMs, random, polish, rankOnly, ...sized });
  return { canaries, graph, longestMs, ranksMs, placed };
}

/** What arrives late in a run is due by its own lag, however far off the run's deadline is. */
function dueRanks(
  { shards, deadlineAt, now }: AllocateRequest,
  longestMs: Float64Array,
  { durationsMs }: SizedShards,
): Float64Array {
  return longestMs.map((rankMs, node) => {
    const dueInMs = shards[node]?.arrival?.dueInMs;
    return dueInMs === undefined ? rankMs : Math.max(rankMs, deadlineAt - now - dueInMs + (durationsMs[node] ?? 0));
  });
}

/** The end of what can be placed. */
export function lastEnd(placed: readonly PlacedShard[]): DurationMs {
  return placed.reduce((last, { endMs }) => (Number.isFinite(endMs) ? Math.max(last, endMs) : last), 0);
}

/** The slots that placed shards take, over time. */
export function grantsOf({ now, startDelayMs }: AllocateRequest, placed: readonly PlacedShard[]): readonly SlotGrant[] {
  const uses = placed.flatMap(({ pool, startMs, endMs }) =>
    pool === undefined ? [] : [{ pool, startAt: now + startMs, endAt: now + endMs }],
  );
  return slotGrants(uses, SLOT_KEPT_STARTS * startDelayMs);
}
