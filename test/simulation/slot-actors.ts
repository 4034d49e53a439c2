import { zlibCodecs } from '../../lib/adapters/zlib-codecs.ts';
import { errorName } from '../../lib/core/foreshard-error.ts';
import { Settings } from '../../lib/core/settings.ts';
import { Plan } from '../../lib/plan/plan.ts';
import type { ExecutionStatus, Executions } from '../../lib/ports/executions.ts';
import type { Services } from '../../lib/ports/services.ts';
import { abortRun } from '../../lib/recover/abort-run.ts';
import { endRun } from '../../lib/recover/end-run.ts';
import { failureOf } from '../../lib/recover/failure-of.ts';
import { freeDeadSlots } from '../../lib/recover/free-shards.ts';
import { recoverRun, recoverSlot } from '../../lib/recover/recover-run.ts';
import { defineTask, taskRegistry } from '../../lib/run/define-task.ts';
import { runProgress } from '../../lib/run/run-progress.ts';
import { dropSlot, readSlots } from '../../lib/run/slot-store.ts';
import { slotWatch } from '../../lib/run/slot-watch.ts';
import { startSlots } from '../../lib/run/start-slots.ts';
import { Slot, workSlot } from '../../lib/run/work-slot.ts';
import { call } from './faulty-call.ts';
import { faultyTable } from './faulty-table.ts';
import { isFaulty, newActor } from './new-world.ts';
import { watchSlots } from './watch-slots.ts';
import { type Actor, clockOf, upTo, violate, type World } from './world.ts';

export const ZONES = ['az1', 'az2'] as const;
export const POOLS = ZONES.map((zone) => `1769-${zone}`);
export const SLOT_SETTINGS = Settings.parse({
  ...{ zones: ZONES, tiersMiB: [1_769], regional: false, leaseMs: 3_000, graceMs: 500, pollMs: 250, lingerMs: 1_000 },
  ...{ invocationMs: 4_000, answerMs: 100, startDelayMs: 0, attemptMax: 1_000, canaryCount: 0 },
});
const CALL_MS = 6_000;
const TASK_MS = 600;
const SLOTS_PER_POOL_MAX = 3;
/** Between two looks whether an actor has died. */
const WATCH_MS = 100;
const PAUSE_MS = 400;
/** Share of looks at which the run is planned anew, looked through for what is lost, or aborted. */
const REPLANNED = 0.5;
const RECOVERED = 0.4;
const ABORTED = 0.01;
/** Share of calls during which their execution dies without a word. */
const DYING = 0.05;
const TRIES_MAX = 4;
const EXPECTED = new Set(['StoreUnavailable', 'Throttled', 'InvariantBroken']);

/** What everybody in the run of a simulated slot machine shares. */
export interface SlotScene {
  readonly world: World;
  /** Of every execution that there was, by the pool of its slot. */
  readonly executions: Map<string, { status: ExecutionStatus; readonly pool: string }>;
  /** Slots whose worker has written that they end: their call is about to answer. */
  readonly leaving: Set<string>;
  /** When the first claim of a slot was seen that is over. */
  readonly overSince: Map<string, number>;
  /** The plan that the run follows. */
  plan: Plan;
  /** True once the run has been ended. */
  ended: boolean;
  /** True when it was ended before its work was done. */
  aborted: boolean;
}

export function servicesOf(scene: SlotScene, actor: Actor): Services {
  const { world } = scene;
  const { scheduler } = world;
  return {
    table: faultyTable(world, actor, (_, context, apply) => watchSlots(scene, context, apply)),
    objects: world.objects,
    executions: faultyExecutions(scene, actor),
    // nothing happens any more to whoever is dead
    clock: {
      now: () => clockOf(world, actor),
      sleep: (durationMs: number, signal?: AbortSignal) =>
        new Promise<void>((wake) => {
          const alive = () => void (actor.dead || wake());
          scheduler.add(alive, Math.ceil(durationMs));
          signal?.addEventListener('abort', alive);
        }),
    },
    random: world.random,
    settings: SLOT_SETTINGS,
    metrics: { emit: () => undefined, read: async () => [] },
    meter: { cpuMs: () => 0, memoryMiB: () => 1 },
    codecs: zlibCodecs,
    tasks: taskRegistry([waits(world)]),
  } as unknown as Services;
}

/** Reads its keys, and takes its time. */
function waits(world: World) {
  return defineTask({
    name: 'waits',
    async run({ input, sleep }) {
      for await (const block of input) await sleep(1 + (block ? upTo(world, TASK_MS) : 0));
    },
  });
}

function faultyExecutions(scene: SlotScene, actor: Actor): Executions {
  const { world, executions } = scene;
  const asked = <Result>(name: string, key: string, apply: () => Promise<Result>) =>
    call(world, actor, { name, key, isWrite: name !== 'describe', apply });
  return {
    start: (_, name, input) => asked('start', name, async () => startExecution(scene, name, Slot.parse(slotOf(input)))),
    stop: (_, name) =>
      asked('stop', name, async () => {
        const execution = executions.get(name);
        if (execution?.status === 'RUNNING') execution.status = 'ABORTED';
      }),
    describe: (_, name) => asked('describe', name, async () => executions.get(name)),
  };
}

function slotOf(input: unknown): unknown {
  const { functionName: _, ...slot } = input as Readonly<Record<string, unknown>>;
  return slot;
}

/** Starting one that exists changes nothing. What is started is written down, and there is room for it in the plan. */
async function startExecution(scene: SlotScene, name: string, slot: Slot): Promise<void> {
  const { world, executions, plan, ended } = scene;
  if (executions.has(name)) return;
  const record = (await readSlots(world.table, world.run)).find((one) => one.slot === name);
  if (record?.status !== 'STARTED') violate(world, `${name} is started, and is ${record?.status ?? 'not written'}`);
  if (ended) violate(world, `${name} is started for a run that has ended`);
  const granted = plan.grants
    .filter(({ pool }) => pool === slot.pool)
    .reduce((sum, { slotCount }) => sum + slotCount, 0);
  const live = executions.entries().filter(([other, { status, pool }]) => {
    return status === 'RUNNING' && pool === slot.pool && !scene.leaving.has(other);
  });
  const liveCount = [...live].length;
  if (liveCount >= granted) violate(world, `${name} is one more than the ${granted} slots granted in ${slot.pool}`);
  executions.set(name, { status: 'RUNNING', pool: slot.pool });
  void runSlot(scene, slot).catch((error: unknown) => violate(world, `${name} threw ${String(error)}`));
}

/** `infra/slot.asl.json`: call after call until there is no more use for the slot; or it dies, and its call goes on. */
async function runSlot(scene: SlotScene, slot: Slot): Promise<void> {
  const { world, executions } = scene;
  const { scheduler } = world;
  const execution = executions.get(slot.slot);
  for (let calls = 0; execution?.status === 'RUNNING'; calls += 1) {
    const worker = newActor(world, `${slot.slot}:${calls}`);
    if (isFaulty(world) && world.random() < DYING) {
      scheduler.add(
        () => {
          if (execution.status === 'RUNNING') execution.status = 'FAILED';
        },
        upTo(world, CALL_MS),
      );
    }
    const work = await answered(world, worker, invoke(scene, slot, worker));
    if (execution.status !== 'RUNNING') return;
    const answer = work ?? (await recovered(scene, slot));
    if (!answer) execution.status = 'FAILED';
    else if (answer.outcome === 'done') execution.status = 'SUCCEEDED';
    else if (answer.outcome === 'idle')
      await scheduler.sleep(Math.max(0, Date.parse(answer.checkAt) - clockOf(world, worker)));
  }
}

function invoke(scene: SlotScene, slot: Slot, actor: Actor) {
  const services = servicesOf(scene, actor);
  const now = services.clock.now();
  const times = { claimUntil: now + SLOT_SETTINGS.invocationMs, endsAt: now + CALL_MS };
  const isOver = slotWatch(slot, services);
  return workSlot(
    {
      slot,
      invocation: { owner: actor.name, cold: false, ...times },
      judge: (shard) => ({ kind: 'retry', attempts: shard.attempts + 1, memoryTierMiB: 1_769, zone: slot.zone }),
      mayClaim: async () => !(await isOver()),
    },
    services,
  );
}

/** State `Recover`, tried again as the machine does. */
async function recovered(scene: SlotScene, slot: Slot) {
  const failure = failureOf({ Error: 'States.Timeout', Cause: '{}' });
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const actor = newActor(scene.world, `recovery of ${slot.slot}`);
    const recovery = recoverSlot({ run: slot.run, slot: slot.slot, failure }, servicesOf(scene, actor));
    const answer = await answered(scene.world, actor, recovery);
    if (answer) return answer;
  }
  return undefined;
}

/** Nothing when the call failed, or whoever was called has died. */
function answered<Answer>(world: World, actor: Actor, work: Promise<Answer>): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    work.then(resolve, (error: unknown) => (EXPECTED.has(errorName(error)) ? resolve(undefined) : reject(error)));
    const watch = (): void => {
      if (actor.dead) resolve(undefined);
      else if (!isSettled) world.scheduler.add(watch, WATCH_MS);
    };
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    work.then(settle, settle);
    world.scheduler.add(watch, WATCH_MS);
  });
}

/** The workflow machine: plans, dispatches, drops and recovers until nothing is left to do; if it dies another goes on. */
export async function conductSlots(scene: SlotScene): Promise<void> {
  const { world } = scene;
  while (!scene.ended && world.violations.length === 0) {
    const actor = newActor(world, 'conductor');
    await answered(world, actor, conduct(scene, actor));
  }
}

async function conduct(scene: SlotScene, actor: Actor): Promise<void> {
  const { world } = scene;
  const { run } = world;
  const services = servicesOf(scene, actor);
  const carried = { run, execution: 'e' };
  for (;;) {
    const { state } = await runProgress(services.table, run);
    const aborts = isFaulty(world) && world.random() < ABORTED;
    if (aborts) await abortRun(carried, [], services);
    else if (state !== 'running') await endRun({ ...carried, outcome: 'complete' }, [], services);
    if (aborts || state !== 'running') {
      scene.ended = true;
      scene.aborted = aborts;
      return;
    }
    if (world.random() < REPLANNED) await replan(scene, services);
    if (world.random() < RECOVERED) await recoverRun(run, services);
    await dispatch(scene, services);
    await services.clock.sleep(1 + upTo(world, PAUSE_MS));
  }
}

/** State `Dispatch`: what was over before it has no place any more after it. */
async function dispatch({ world, executions, plan }: SlotScene, services: Services): Promise<void> {
  const over = executions.entries().flatMap(([name, { status }]) => (status === 'RUNNING' ? [] : [name]));
  const overBefore = new Set(over);
  await freeDeadSlots(world.run, services);
  const kept = (await readSlots(world.table, world.run)).find((slot) => {
    return slot.status === 'STARTED' && overBefore.has(slot.slot);
  });
  if (kept) violate(world, `${kept.slot} is over, and keeps its place`);
  await startSlots(plan, services);
}

/** Grants other slots, and drops those that are too many. */
async function replan(scene: SlotScene, services: Services): Promise<void> {
  const { world } = scene;
  scene.plan = planOf(world, services.clock.now());
  for (const pool of POOLS) {
    const granted = scene.plan.grants.find((grant) => grant.pool === pool)?.slotCount ?? 0;
    const live = (await readSlots(services.table, world.run)).filter(
      (slot) => slot.pool === pool && slot.status === 'STARTED',
    );
    for (const slot of live.slice(granted)) await dropSlot(services.table, slot, services.clock.now());
  }
}

export function planOf(world: World, now: number): Plan {
  const counts = POOLS.map(() => upTo(world, SLOTS_PER_POOL_MAX));
  const grants = POOLS.flatMap((pool, at) => {
    // one pool always has a slot: a run without any never ends
    const slotCount = at === 0 ? Math.max(1, counts[at] ?? 0) : (counts[at] ?? 0);
    return slotCount === 0 ? [] : [{ pool, slotCount, from: now - 1_000, until: now + 1_000_000 }];
  });
  const rest = { placements: [], queue: [], canaries: [], expectedEndAt: 0, chance: 1, costUsd: 0 };
  return Plan.parse({ run: world.run, generation: 1, madeAt: now, deadlineAt: 0, grants, ...rest });
}
