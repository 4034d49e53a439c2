import { collect } from '../../lib/core/collect.ts';
import { intakeNeed } from '../../lib/core/ids.ts';
import { Settings } from '../../lib/core/settings.ts';
import { readIntakeList, readIntakes } from '../../lib/run/backlog/intake-record.ts';
import { takeIn } from '../../lib/run/backlog/take-in.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { createRun } from '../../lib/run/create-run.ts';
import { nextReady } from '../../lib/run/next-ready.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { writeDocument } from '../../lib/run/run-document.ts';
import { endOf } from '../../lib/run/shard-record.ts';
import { sweepRun } from '../../lib/run/sweep-run.ts';
import { backlogLayout, backlogRanges, stepOf } from '../../lib/shards/backlog-layout.ts';
import { faultyObjects } from './faulty-objects.ts';
import { faultyTable } from './faulty-table.ts';
import { newActor, newWorld, outcomeOf, untilRest, type WorldOptions } from './new-world.ts';
import { patiently } from './patiently.ts';
import type { Scenario } from './scenario.ts';
import type { SimulatedRun } from './simulate-run.ts';
import { watchIntake } from './watch-intake.ts';
import { tiling } from './watch-write.ts';
import { clockOf, upTo, violate, type World } from './world.ts';

const SETTINGS = Settings.parse({ tiersMiB: [1_769], vcpuMax: 6 });
const OPERATION = 'op';
const PREFIX = 'in/';
/** Steps of a second: what lies there, and three that come. */
const STREAM = { kind: 'backlog' as const, closes: '3s', lag: '4s' };
const STEPS = 4;
const CLOSES_MS = 3_000;
const STARTED_AT = 1_000;
const ARRIVALS_MAX = 24;
const OBJECT_BYTES = 100;
const EXPECTED_BYTES = 200;
const PAUSE_MS = 700;
const LAST_SWEEPS = 6;

/**
 * A backlog whose objects arrive while several take it in, at the same time and again and again, sweepers repair what crashes
 * have left, and workers claim what is set free: the real intake, with faults at every call of the table and the objects.
 */
export async function simulateIntake(scenario: Scenario, options: WorldOptions = {}): Promise<SimulatedRun> {
  const world = newWorld('run', { ...scenario, leaseMs: 60_000 }, options);
  await createWorld(world);
  const arrivedAt = letArrive(world);
  for (let takers = 0; takers < scenario.creators + 1; takers += 1) enter(world, 'taker', take);
  for (let sweepers = 0; sweepers < scenario.sweepers; sweepers += 1) enter(world, 'sweeper', sweep);
  enter(world, 'worker', claim);
  await untilRest(world);
  if (world.violations.length === 0) await judgeEnd(world, arrivedAt);
  return outcomeOf(world, scenario, true);
}

async function createWorld({ run, table, objects, random }: World): Promise<void> {
  const type = `${OPERATION}@1`;
  const expected = Array.from({ length: STEPS }, () => ({ bytes: EXPECTED_BYTES, partCount: random() < 0.5 ? 1 : 2 }));
  const layout = backlogLayout(expected);
  const shards = backlogRanges(layout).map(({ bytes, ...range }, index) => ({
    ...{ id: `${OPERATION}/${index}`, operation: OPERATION, index, type, bytes, range, feeds: [] },
    needs: [intakeNeed(OPERATION, stepOf(range))],
  }));
  const source = { kind: 'objects' as const, location: PREFIX, stream: STREAM };
  const operation = {
    ...{ id: OPERATION, type, after: [], source, layout, shardCount: shards.length, leastShardCount: 1, slackMs: 0 },
    // a step that is twice what was expected takes four times what a shard may
    workMs: STEPS * 3_000,
    steps: [{ operation: OPERATION, task: 'copy', params: {} }],
    ...{ outputPartitions: 1, replicate: false, onCriticalPath: true },
  };
  const criticalPath = { operations: [OPERATION], lengthMs: 1 };
  const sharding = { operations: [operation], shards, criticalPath, shardCountBound: 1, expectedLengthMs: 1 };
  const workflow = {
    ...{ version: 1, name: 'w', deadline: '1h', priority: 5, objective: 'deadline', context: {} },
    operations: [{ id: OPERATION, task: 'copy', input: source }],
  };
  const deadlineAt = 3_600_000;
  await writeDocument(objects, { run, name: 'sharding' }, sharding);
  await writeDocument(objects, { run, name: 'definition' }, { workflow, startedAt: STARTED_AT, deadlineAt });
  const header = { run, workflow: 'w', createdAt: 0, deadlineAt, priority: 5 };
  const place = () => ({ memoryTierMiB: 1_769, zone: 'az1', rank: '50' });
  await createRun(table, { run: header, sharding: { operations: [operation], shards }, place });
}

/** @returns when each object arrived, by the true clock */
function letArrive(world: World): ReadonlyMap<string, number> {
  const arrivedAt = new Map<string, number>();
  const count = upTo(world, ARRIVALS_MAX);
  for (let number = 0; number < count; number += 1) {
    const key = `${PREFIX}${number}`;
    world.scheduler.add(
      () => {
        arrivedAt.set(key, world.scheduler.now());
        void world.objects.put(key, new Uint8Array(1 + upTo(world, 4 * OBJECT_BYTES)));
      },
      upTo(world, CLOSES_MS + 500),
    );
  }
  return arrivedAt;
}

type Services = ReturnType<typeof servicesOf>;
type Behaviour = (world: World, services: Services) => Promise<void>;

function servicesOf(world: World, actor: ReturnType<typeof newActor>) {
  const { sleep } = world.scheduler;
  return {
    table: faultyTable(world, actor, (_, { key }, apply) => watchIntake(world, key, apply)),
    objects: faultyObjects(world, actor),
    clock: { now: () => clockOf(world, actor), sleep },
    settings: SETTINGS,
  };
}

/** Who has crashed is followed by another. */
function enter(world: World, name: string, behaviour: Behaviour): void {
  const actor = newActor(world, name);
  let ended = false;
  behaviour(world, servicesOf(world, actor)).then(
    () => {
      ended = true;
    },
    (error: unknown) => violate(world, `${actor.name} threw ${String(error)}`),
  );
  const watch = (): void => {
    if (actor.dead) enter(world, name, behaviour);
    else if (!ended) world.scheduler.add(watch, PAUSE_MS);
  };
  world.scheduler.add(watch, PAUSE_MS);
}

async function take(world: World, services: Services): Promise<void> {
  for (;;) {
    const intake = await patiently(() => takeIn(world.run, services));
    if (intake && intake.nextAt === undefined) return;
    await world.scheduler.sleep(upTo(world, PAUSE_MS));
  }
}

const giveUp = () => ({ kind: 'poison' as const, attempts: 1 });

async function sweep(world: World, { table, clock, settings }: Services): Promise<void> {
  while (world.scheduler.now() < CLOSES_MS) {
    await world.scheduler.sleep(upTo(world, PAUSE_MS));
    const request = { run: world.run, now: clock.now(), graceMs: settings.graceMs, judge: giveUp };
    await patiently(() => sweepRun(table, request));
  }
}

/** Claims what is set free, so that whoever takes in once more finds it begun. */
async function claim(world: World, { table, clock, settings }: Services): Promise<void> {
  const { leaseMs, graceMs, attemptMax } = settings;
  while (world.scheduler.now() < CLOSES_MS) {
    await world.scheduler.sleep(upTo(world, PAUSE_MS));
    const query = { run: world.run, memoryTierMiB: 1_769, zone: 'az1', limit: 1 };
    const [shard] = (await patiently(() => nextReady(table, query))) ?? [];
    if (!shard) continue;
    const request = { owner: 'worker', now: clock.now(), leaseMs, graceMs, attemptMax };
    await patiently(() => claimShard(table, shard, request));
  }
}

/** Every object that came in time is in one step, every step is released, and its shards are whole and free. */
async function judgeEnd(world: World, arrivedAt: ReadonlyMap<string, number>): Promise<void> {
  const { run, table, objects, scenario } = world;
  const now = clockOf(world, newActor(world, 'last'));
  for (let sweeps = 0; sweeps < LAST_SWEEPS; sweeps += 1)
    await sweepRun(table, { run, now, graceMs: SETTINGS.graceMs, judge: giveUp });
  const steps = await readIntakes(table, run, OPERATION);
  if (steps.length !== STEPS || steps.some(({ releasedAt }) => releasedAt === undefined))
    violate(world, `${steps.length} of ${STEPS} steps were taken in: ${JSON.stringify(steps)}`);
  const lists = await Promise.all(steps.map((step) => readIntakeList(objects, step)));
  const listed = lists.flatMap((list) => list.objects.map(({ location }) => location));
  const twice = listed.find((location, at) => listed.indexOf(location) !== at);
  if (twice !== undefined) violate(world, `${twice} is in two steps`);
  const late = [...arrivedAt].find(([key, at]) => at < CLOSES_MS - scenario.skewMs && !listed.includes(key));
  if (late) violate(world, `${late[0]} came at ${late[1]}, and is in no step`);
  const shards = await collect(readShards(table, run));
  const blocked = shards.find(({ state }) => state === 'BLOCKED');
  if (blocked) violate(world, `${blocked.shard} still waits`);
  const pieces = shards.flatMap((shard) =>
    shard.state === 'REMOVED' ? [] : [[shard.range.start, endOf(shard)] as const],
  );
  const whole = { start: 0, end: Math.max(...shards.map(({ range }) => range.end)) };
  const broken = tiling(pieces, whole);
  if (broken !== undefined) violate(world, `the steps as they were cut: ${broken}`);
}
