import { canaryNeed, type Need, narrowNeed, type ShardType, wideNeed } from '../core/ids.ts';
import type { OpenShard } from './allocate-request.ts';
import type { Canary } from './plan.ts';
import { type TaskGraph, taskGraph } from './task-graph.ts';

/** The open shards, numbered as given, and after them one barrier for each need that several shards meet together. */
export interface ShardGraph {
  readonly graph: TaskGraph;
  readonly shardCount: number;
}

/**
 * Who waits for whom among the open shards. A need that no open shard can meet is met already.
 *
 * @param canaries types on trial: their other shards wait for the first ones, even where no need says so yet
 * @complexity O(shards + needs)
 */
export function shardGraph(shards: readonly OpenShard[], canaries: readonly Canary[]): ShardGraph {
  const providers = needProviders(shards, canaries);
  const from: number[] = [];
  const to: number[] = [];
  const barriers = new Map<Need, number>();
  let nodeCount = shards.length;
  const barrier = (need: Need, before: readonly number[]): number => {
    const known = barriers.get(need);
    if (known !== undefined) return known;
    const node = nodeCount;
    nodeCount += 1;
    barriers.set(need, node);
    for (const earlier of before) addEdge(from, to, [earlier, node]);
    return node;
  };
  const onTrial = trialNeeds(canaries);
  const first = new Set(canaries.flatMap((canary) => canary.shards));
  for (const [index, shard] of shards.entries()) {
    if (shard.running) continue;
    const trial = first.has(shard.id) ? undefined : onTrial.get(shard.type);
    for (const need of new Set(trial === undefined ? shard.needs : [...shard.needs, trial])) {
      const before = providers.get(need);
      if (!before) continue;
      addEdge(from, to, [before.length === 1 ? (before[0] ?? 0) : barrier(need, before), index]);
    }
  }
  return { graph: taskGraph(nodeCount, from, to), shardCount: shards.length };
}

function addEdge(from: number[], to: number[], [earlier, later]: readonly [number, number]): void {
  from.push(earlier);
  to.push(later);
}

/** The open shards that must commit before each need is met. */
function needProviders(
  shards: readonly OpenShard[],
  canaries: readonly Canary[],
): ReadonlyMap<Need, readonly number[]> {
  const providers = new Map<Need, number[]>();
  const trials = new Map(canaries.filter(isWaiting).flatMap(({ type, shards: ids }) => ids.map((id) => [id, type])));
  for (const [index, { id, operation, index: number }] of shards.entries()) {
    add(providers, wideNeed(operation), index);
    add(providers, narrowNeed(`${operation}/${number}`), index);
    const trial = trials.get(id);
    if (trial !== undefined) add(providers, canaryNeed(trial), index);
  }
  return providers;
}

function trialNeeds(canaries: readonly Canary[]): ReadonlyMap<ShardType, Need> {
  return new Map(canaries.filter(isWaiting).map(({ type }) => [type, canaryNeed(type)]));
}

function isWaiting({ verdict }: Canary): boolean {
  return verdict === 'waiting';
}

function add(providers: Map<Need, number[]>, need: Need, index: number): void {
  const list = providers.get(need);
  if (list) list.push(index);
  else providers.set(need, [index]);
}
