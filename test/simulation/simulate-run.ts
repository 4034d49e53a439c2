import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { collect } from '../../lib/core/collect.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { readCopies, readShards } from '../../lib/run/read-shards.ts';
import { removeOrphans } from '../../lib/run/remove-orphans.ts';
import { runProgress } from '../../lib/run/run-progress.ts';
import { runKey } from '../../lib/run/run-record.ts';
import type { ShardRecord } from '../../lib/run/shard-record.ts';
import { sweepRun } from '../../lib/run/sweep-run.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { type Behaviour, create, freeing, judge, merge, plan, promote, speculate, split, sweep } from './actors.ts';
import { faultyObjects } from './faulty-objects.ts';
import { faultyTable } from './faulty-table.ts';
import type { Scenario } from './scenario.ts';
import { scheduler } from './scheduler.ts';
import { committedPieces, locationOf, tiling, wholeRange } from './watch-write.ts';
import { work } from './worker-actor.ts';
import { type Actor, upTo, violate, type World } from './world.ts';

/** More events than any run needs: a run that is not over by then never ends. */
const STEPS_MAX = 20_000;
/** Events between two looks at whether the run is over. */
const LOOK_EVERY = 25;
/** Share of dead workers whose death is noticed, and whose shards are freed before their lease ends. */
const NOTICED = 0.5;
/** Sweeps after the end that may still find something: a repair can uncover the next one. */
const LAST_SWEEPS_MAX = 6;

export interface SimulatedRun {
  readonly scenario: Scenario;
  /** Nothing when all was as it must be. */
  readonly violation: string | undefined;
  readonly outcome: 'complete' | 'stuck' | 'endless';
  readonly stepCount: number;
  /** Which faults struck, in order. */
  readonly faults: readonly string[];
  readonly history: readonly string[];
}

/** Runs one scenario with the real protocol code on a table in memory; the same scenario always goes the same way. */
export async function simulateRun(
  scenario: Scenario,
  options: { readonly history?: boolean } = {},
): Promise<SimulatedRun> {
  const random = seededRandom(scenario.seed);
  const world: World = {
    run: 'run',
    scenario,
    random,
    scheduler: scheduler(random),
    table: memoryTable(),
    objects: memoryObjectStore(),
    holders: new Map(),
    faults: { askedCount: 0, struck: [] },
    zones: [new Set(), new Set()],
    dead: new Set(),
    violations: [],
    history: options.history ? [] : undefined,
    over: false,
  };
  await create(world, { name: 'creator', skewMs: 0, dead: false }, world).catch((error) =>
    violate(world, String(error)),
  );
  // as if it had crashed before its last write: whoever comes creates the run once more while its shards are worked on
  await world.table.update(runKey(world.run), { set: { state: 'CREATING' } });
  for (const [behaviour, count] of castOf(scenario)) for (let one = 0; one < count; one += 1) enter(world, behaviour);
  const outcome = await untilOver(world);
  await drain(world);
  await lastSweeps(world);
  if (world.violations.length === 0) await judgeEnd(world, outcome);
  return {
    scenario,
    outcome,
    violation: world.violations[0],
    stepCount: world.scheduler.stepCount(),
    faults: world.faults.struck,
    history: world.history ?? [],
  };
}

/** Who takes part; one creator, sweeper and judge always do, because someone always does. */
function castOf(scenario: Scenario): readonly (readonly [Behaviour, number])[] {
  return [
    [create, scenario.creators],
    [work, scenario.workers],
    [split, scenario.splitters],
    [speculate, scenario.speculators],
    [sweep, 1 + scenario.sweepers],
    [plan, scenario.planners],
    [promote, 1],
    [merge, scenario.mergers],
  ];
}

/** Lets an actor begin; when it has crashed, another one takes its place. */
function enter(world: World, behaviour: Behaviour, part = 0): void {
  const skewMs = upTo(world, 2 * world.scenario.skewMs) - world.scenario.skewMs;
  const actor: Actor = { name: `${behaviour.name}-${part}-${upTo(world, 1_000_000)}`, skewMs, dead: false };
  if (behaviour === work) world.zones[upTo(world, 1) === 0 ? 0 : 1].add(actor);
  let ended = false;
  behaviour(world, actor, { table: faultyTable(world, actor), objects: faultyObjects(world, actor) }).then(
    () => {
      ended = true;
    },
    (error: unknown) => violate(world, `${actor.name} threw ${String(error)}`),
  );
  const watch = (): void => {
    if (world.over || ended) return;
    if (actor.dead) {
      enter(world, behaviour, part + 1);
      if (behaviour === work && world.random() < NOTICED) enter(world, freeing(actor.name));
    } else world.scheduler.add(watch, 30);
  };
  world.scheduler.add(watch, 30);
}

async function untilOver(world: World): Promise<SimulatedRun['outcome']> {
  const { scheduler: events } = world;
  while (events.stepCount() < STEPS_MAX && world.violations.length === 0 && (await events.step())) {
    if (events.stepCount() === world.scenario.zoneLossAt) loseZone(world);
    if (events.stepCount() % LOOK_EVERY !== 0) continue;
    const { state } = await runProgress(world.table, world.run);
    if (state !== 'running') return state;
  }
  if (world.violations.length === 0) violate(world, `not over after ${events.stepCount()} events`);
  return 'endless';
}

/** All workers of a zone are dead from now on, whatever they were about; others come in their place. */
function loseZone({ zones: [zone], dead, history }: World): void {
  for (const actor of zone) {
    actor.dead = true;
    dead.add(actor.name);
    history?.push(`${actor.name} is lost with its zone`);
  }
}

/** Whoever still sleeps wakes up, and whatever is still under way lands. */
async function drain(world: World): Promise<void> {
  world.over = true;
  const last = world.scheduler.stepCount() + STEPS_MAX;
  while (world.violations.length === 0 && world.scheduler.stepCount() < last && (await world.scheduler.step()));
}

/** Long after the last lease: what a crash has left is repaired, and then nothing is left to repair. */
async function lastSweeps(world: World): Promise<void> {
  const { scenario, run, table } = world;
  for (let sweeps = 0; sweeps < LAST_SWEEPS_MAX && world.violations.length === 0; sweeps += 1) {
    const now = 1_000 + world.scheduler.now() + 10 * scenario.leaseMs;
    const swept = await sweepRun(table, { run, now, graceMs: scenario.graceMs, judge: (shard) => judge(world, shard) });
    if (swept.repairCount + swept.expired.length === 0) return void (await lastOrphans(world));
  }
  if (world.violations.length === 0) violate(world, 'the sweep never comes to an end');
}

/** Outputs of attempts that came to nothing: with the last of them gone, what is left is what was committed. */
async function lastOrphans({ table, objects, run }: World): Promise<void> {
  await removeOrphans([objects], run, { shards: await collect(readShards(table, run)), copyCount: 1 });
}

async function judgeEnd(world: World, outcome: SimulatedRun['outcome']): Promise<void> {
  const shards = await collect(readShards(world.table, world.run));
  const poisoned = shards.filter(({ state }) => state === 'POISONED');
  if (outcome === 'stuck' && poisoned.length === 0) violate(world, 'stuck, though nothing is poisoned');
  if (outcome === 'complete' && poisoned.length > 0)
    violate(world, `complete, though ${poisoned[0]?.shard} is poisoned`);
  for (const shard of shards) judgeShard(world, shard);
  await judgeOutputs(world, shards);
  for (const { id } of world.scenario.operations) {
    const range = wholeRange(world, id);
    const owned = shards.filter(({ operation, state }) => operation === id && state !== 'REMOVED');
    const all = tiling(
      owned.map((shard) => [shard.range.start, shard.splitAt ?? shard.range.end]),
      range,
    );
    if (all !== undefined) violate(world, `${id} as it was cut: ${all}`);
    const done = tiling(committedPieces(shards.filter(({ operation }) => operation === id)), range);
    if (outcome === 'complete' && done !== undefined) violate(world, `${id} as it was committed: ${done}`);
  }
}

/** What was committed is there, nothing else is, and no copy is at work or waits. */
async function judgeOutputs(world: World, shards: readonly ShardRecord[]): Promise<void> {
  const kept = new Set(shards.flatMap(({ state, output }) => (state === 'DONE' ? [locationOf(output)] : [])));
  const stored = new Set((await collect(world.objects.list(''))).map(({ location }) => location));
  const [gone] = kept.difference(stored);
  const [orphan] = stored.difference(kept);
  if (gone !== undefined) violate(world, `${gone} is committed, and gone`);
  if (orphan !== undefined) violate(world, `${orphan} is an orphan`);
  for (const { shard, state } of await collect(readCopies(world.table, world.run))) {
    if (state === 'RUNNING' || state === 'READY') violate(world, `${shard} is still ${state}`);
  }
}

/** Nothing is left half done: no claim, no cut that nobody decided. */
function judgeShard(world: World, { shard, state, parent, tails }: ShardRecord): void {
  if (state === 'RUNNING' || state === 'READY' || state === 'MERGING') violate(world, `${shard} is still ${state}`);
  if (tails.has(shard) || parent === '') violate(world, `${shard} is its own tail`);
}
