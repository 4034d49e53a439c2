import { collect } from '../../lib/core/collect.ts';
import { createRun } from '../../lib/run/create-run.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { writeDocument } from '../../lib/run/run-document.ts';
import { newWorld, outcomeOf, untilRest, type WorldOptions } from './new-world.ts';
import type { Scenario } from './scenario.ts';
import type { SimulatedRun } from './simulate-run.ts';
import { conductSlots, planOf, SLOT_SETTINGS, type SlotScene, ZONES } from './slot-actors.ts';
import { violate, type World } from './world.ts';

const SHARDS = 18;
const UNITS = 4;
const OPERATION = 'op';

/** Scopes of runs are kept by a run's name for as long as the process lives. */
let runs = 0;

/**
 * A run whose slots start, work, rest, are dropped, die and are recovered: the real dispatch, the real worker and the real
 * recovery, with faults at every call of the table and of the state machines, and executions that die while their calls go on.
 */
export async function simulateSlots(scenario: Scenario, options: WorldOptions = {}): Promise<SimulatedRun> {
  runs += 1;
  const { leaseMs, graceMs } = SLOT_SETTINGS;
  // a paused caller would be one that is about to claim, for as long as one likes
  const slower = { ...scenario, leaseMs, graceMs, faults: { ...scenario.faults, pause: 0 } };
  const world = newWorld(`slots-${runs}`, slower, options);
  await createWorld(world);
  const plan = planOf(world, 1_000);
  const scene: SlotScene = {
    world,
    executions: new Map(),
    overSince: new Map(),
    leaving: new Set(),
    plan,
    ended: false,
    aborted: false,
  };
  conductSlots(scene).catch((error: unknown) => violate(world, `the conductor threw ${String(error)}`));
  await untilRest(world);
  if (world.violations.length === 0) await judgeEnd(scene);
  return outcomeOf(world, scenario, scene.ended);
}

async function createWorld({ run, table, objects }: World): Promise<void> {
  const type = `${OPERATION}@1`;
  const shards = Array.from({ length: SHARDS }, (_, index) => ({
    ...{ id: `${OPERATION}/${index}`, operation: OPERATION, index, type, bytes: 1, needs: [], feeds: [] },
    range: { start: UNITS * index, end: UNITS * (index + 1) },
  }));
  const keys = { kind: 'keys' as const, from: 0, to: UNITS * SHARDS };
  const operation = {
    ...{ id: OPERATION, type, after: [], source: keys, shardCount: SHARDS, leastShardCount: 1, workMs: 1, slackMs: 0 },
    steps: [{ operation: OPERATION, task: 'waits', params: {} }],
    layout: {
      unit: 'key' as const,
      unitCount: keys.to,
      segments: [{ units: keys.to, bytes: 1 }],
      cutInside: true,
      objects: [],
    },
    ...{ outputPartitions: 1, replicate: false, onCriticalPath: true },
  };
  const criticalPath = { operations: [OPERATION], lengthMs: 1 };
  const sharding = { operations: [operation], shards, criticalPath, shardCountBound: 1, expectedLengthMs: 1 };
  const workflow = {
    ...{ version: 1, name: 'w', deadline: '1h', priority: 5, objective: 'deadline', context: {} },
    operations: [{ id: OPERATION, task: 'waits', input: keys }],
  };
  await writeDocument(objects, { run, name: 'sharding' }, sharding);
  await writeDocument(objects, { run, name: 'definition' }, { workflow, startedAt: 1_000, deadlineAt: 3_600_000 });
  await createRun(table, {
    run: { run, workflow: 'w', createdAt: 0, deadlineAt: 0, priority: 5 },
    sharding: { operations: [operation], shards },
    place: () => ({ memoryTierMiB: 1_769, zone: ZONES[0], rank: '50' }),
  });
  await table.put({ partition: 'ACTIVE', sort: run, run, execution: 'e', since: 0 });
}

/** Nobody is at work any more, and what was to be done is done. */
async function judgeEnd({ world, executions, ended, aborted }: SlotScene): Promise<void> {
  if (!ended) violate(world, `not over after ${world.scheduler.stepCount()} events`);
  for (const [name, { status }] of executions)
    if (status === 'RUNNING') violate(world, `${name} goes on after the run`);
  const shards = await collect(readShards(world.table, world.run));
  const running = shards.find(({ state }) => state === 'RUNNING');
  // a call that outlives an aborted run may die over a last claim: whoever resumes the run frees it
  if (running && !aborted) violate(world, `${running.shard} is still held by ${running.owner}`);
}
