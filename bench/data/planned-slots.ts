import type { Random } from '../../lib/core/random.ts';
import type { Interval } from '../../lib/forecast/interval.ts';
import { allocate } from '../../lib/plan/allocate.ts';
import { AllocateRequest } from '../../lib/plan/allocate-request.ts';
import { listSchedule } from '../../lib/plan/list-schedule.ts';
import { placementProblem } from '../../lib/plan/placement-problem.ts';
import { shardGraph } from '../../lib/plan/shard-graph.ts';
import { sizeShards } from '../../lib/plan/size-shards.ts';
import type { RecordedTask } from './recorded-workflows.ts';

const ZONES = ['a', 'b', 'c'] as const;
const TIERS_MIB = [1_769, 3_538, 7_076] as const;
const SLOTS = 2;
/** Fewer than all slots have: the tiers compete. */
const VCPU_MAX = 8;
const START_MS = 200;

/**
 * The length of a whole plan over that of the same shards, tiers and slots when they are claimed as they come.
 *
 * @param random source of chance for the plan
 */
export function plannedOverFirstCome(tasks: readonly RecordedTask[], random: Random): number {
  const request = requestOf(tasks);
  const graph = shardGraph(request.shards, []);
  const sized = sizeShards(request);
  const problem = placementProblem({ request, graph, ...sized });
  const arrivals = Float64Array.from({ length: graph.graph.taskCount }, (_, node) => node);
  return allocate(request, random).expectedEndAt / listSchedule(problem, arrivals).makespanMs;
}

function requestOf(tasks: readonly RecordedTask[]): AllocateRequest {
  const pools = TIERS_MIB.flatMap((memoryMiB) =>
    ZONES.map((zone) => {
      const id = `${memoryMiB}-${zone}`;
      return { id, functionName: id, memoryMiB, zone, state: 'open' as const, slotMax: SLOTS };
    }),
  );
  return AllocateRequest.parse({
    run: 'adverse',
    generation: 1,
    newcomer: true,
    now: 0,
    deadlineAt: 3_600_000,
    priority: 5,
    objective: 'deadline',
    shards: tasks.map(shardOf),
    pools,
    ledgers: [],
    canaries: [],
    newTypes: [],
    canaryCount: 0,
    startDelayMs: START_MS,
    vcpuMax: VCPU_MAX,
    chance: 0.95,
  });
}

/** A type for each size of memory, because a tier belongs to a type; a task has a vCPU and more for what it uses. */
function shardOf({ before, durationMs, memoryMiB }: RecordedTask, task: number) {
  return {
    id: `${operation(task)}/0`,
    operation: operation(task),
    index: 0,
    type: `adverse-${memoryMiB}@1`,
    needs: before.map((earlier) => `wide:${operation(earlier)}`),
    need: {
      cpuMs: certain(durationMs),
      durationMs: certain(durationMs),
      memoryMiB: certain(memoryMiB),
      ioMs: certain(0),
      networkBytes: certain(0),
    },
    memoryMinMiB: 0,
  };
}

function operation(task: number): string {
  return `o${task}`;
}

function certain(point: number): Interval {
  return { point, lower: point, upper: point, level: 0.9 };
}
