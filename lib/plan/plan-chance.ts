import type { Random } from '../core/random.ts';
import type { AllocateRequest } from './allocate-request.ts';
import { chanceInTime, logSpread } from './chance-in-time.ts';
import type { PlacedShard } from './place-shards.ts';
import type { ShardGraph } from './shard-graph.ts';
import { slotOrder } from './slot-order.ts';
import { taskGraph } from './task-graph.ts';

/** A start this much after the last predecessor's end is a wait for a slot. */
const ROUNDING_MS = 1;

/** The probability that a placed run ends by its deadline: see {@link chanceInTime}. */
export function planChance(
  request: AllocateRequest,
  { placed, graph }: { readonly placed: readonly PlacedShard[]; readonly graph: ShardGraph },
  random: Random,
): number {
  if (placed.some(({ startMs }) => !Number.isFinite(startMs))) return 0;
  const { taskCount, offsets, targets } = graph.graph;
  const turns = slotOrder(placed);
  const from = turns.map(([before]) => before);
  const to = turns.map(([, after]) => after);
  for (let node = 0; node < taskCount; node += 1) {
    for (let edge = offsets[node] ?? 0; edge < (offsets[node + 1] ?? 0); edge += 1) {
      from.push(node);
      to.push(targets[edge] ?? 0);
    }
  }
  const taken = new Set(turns.map(([, after]) => after));
  const types = new Map([...new Set(request.shards.map(({ type }) => type))].map((type, number) => [type, number]));
  const perNode = (value: (shard: number) => number) =>
    Float64Array.from({ length: taskCount }, (_, node) => (node < placed.length ? value(node) : 0));
  return chanceInTime(
    {
      graph: taskGraph(taskCount, from, to),
      durationsMs: perNode((node) => (placed[node]?.endMs ?? 0) - (placed[node]?.startMs ?? 0)),
      sigmas: perNode((node) => spread(request, node)),
      typeOf: Int32Array.from(perNode((node) => types.get(request.shards[node]?.type ?? '') ?? 0)),
      releasesMs: perNode((node) => {
        const opensInMs = request.shards[node]?.arrival?.opensInMs ?? 0;
        return taken.has(node) ? opensInMs : Math.max(opensInMs, forcedStart(placed[node]));
      }),
      timeLeftMs: request.deadlineAt - request.now,
    },
    random,
  );
}

function spread({ shards }: AllocateRequest, node: number): number {
  const need = shards[node]?.need;
  return need ? logSpread(need.durationMs) : 0;
}

/** When a shard follows no other of its run in its slot, a start after it was ready is another run's doing. */
function forcedStart(placed: PlacedShard | undefined): number {
  return placed && placed.startMs > placed.readyMs + ROUNDING_MS ? placed.startMs : 0;
}
