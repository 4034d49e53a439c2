import { errorName } from '../../lib/core/foreshard-error.ts';
import { Settings } from '../../lib/core/settings.ts';
import type { Plan } from '../../lib/plan/plan.ts';
import type { Pool } from '../../lib/plan/pool.ts';
import type { PoolLedger } from '../../lib/plan/pool-ledger.ts';
import type { ExecutionStatus } from '../../lib/ports/executions.ts';
import type { Services } from '../../lib/ports/services.ts';
import { abortExecution } from '../../lib/recover/abort-execution.ts';
import { endRun } from '../../lib/recover/end-run.ts';
import { executionIsOver } from '../../lib/recover/execution-is-over.ts';
import { sweepRuns } from '../../lib/recover/sweep-runs.ts';
import { enterRun } from '../../lib/run/active-run.ts';
import type { ShardRecord } from '../../lib/run/shard-record.ts';
import { type PlanToStore, storePlan } from '../../lib/run/store-plan.ts';
import { type MemoryObjectStore, memoryObjectStore } from '../memory-object-store.ts';
import { faultyTable } from './faulty-table.ts';
import { type Actor, clockOf, upTo, violate, type World } from './world.ts';

export const ZONES = ['az1', 'az2', 'az3'] as const;
const SETTINGS = Settings.parse({ zones: ZONES, tiersMiB: [1_769], regional: false });
const PLANS_MAX = 3;
/** Between two looks whether an execution has died. */
const WATCH_MS = 30;
/** Whoever resumes a run does so this soon: before a sweep sees that it is dead, beside one that clears up, or after it. */
const RESUMED_WITHIN_MS = 120;
/** Long against a sweep, short against the simulation. */
export const CLOSING_MS = 3_000;
/** Share of dead executions after which nobody resumes the run, and of plans after which an execution fails. */
const ABANDONED = 0.15;
const FAILING = 0.2;
const TRIES_MAX = 4;
/** No answer; somebody else carries the run out or clears it up; a sweep in which one of them failed. */
const EXPECTED = new Set(['StoreUnavailable', 'InvalidInput', 'Throttled', 'InvariantBroken']);

/** What the executions and the sweepers share. */
export interface Scene {
  readonly world: World;
  readonly pools: readonly Pool[];
  /** Of every execution that there was, as the machine has it. */
  readonly statuses: Map<string, ExecutionStatus>;
  /** The execution that carries a run out, from its entry until it begins to end. */
  readonly carriers: Map<string, string>;
  /** Runs that still may be given another execution. */
  readonly unfinished: Set<string>;
}

export function servicesOf({ world, statuses }: Scene, actor: Actor) {
  const executions = {
    describe: async (_: string, name: string) => ({ status: statuses.get(name) ?? 'ABORTED' }),
    stop: async () => undefined,
  };
  return {
    table: faultyTable(world, actor),
    clock: { now: () => clockOf(world, actor), sleep: world.scheduler.sleep },
    random: world.random,
    objects: memoryObjectStore(),
    executions,
    settings: SETTINGS,
  } as unknown as Services & { readonly objects: MemoryObjectStore };
}

function newActor(world: World, name: string): Actor {
  const skewMs = upTo(world, 2 * world.scenario.skewMs) - world.scenario.skewMs;
  return { name: `${name}-${upTo(world, 1_000_000)}`, skewMs, dead: false };
}

/** One execution. Whoever watches notices that it has died some time later; then another one may take its place. */
export function carryOut(scene: Scene, run: string): void {
  const { world, statuses, carriers, unfinished } = scene;
  const actor = newActor(world, run);
  statuses.set(actor.name, 'RUNNING');
  const end = (status: ExecutionStatus) => {
    statuses.set(actor.name, status);
    if (carriers.get(run) === actor.name) carriers.delete(run);
    if (status === 'SUCCEEDED' || world.random() < ABANDONED) unfinished.delete(run);
    else if (unfinished.has(run)) world.scheduler.add(() => carryOut(scene, run), upTo(world, RESUMED_WITHIN_MS));
  };
  conduct(scene, run, actor).then(end, (error: unknown) => violate(world, `${actor.name} threw ${String(error)}`));
  const watch = (): void => {
    if (statuses.get(actor.name) !== 'RUNNING') return;
    if (actor.dead) end('FAILED');
    else world.scheduler.add(watch, WATCH_MS);
  };
  world.scheduler.add(watch, WATCH_MS);
}

/** The workflow machine: enter, plan again and again, finish or abort. */
async function conduct(scene: Scene, run: string, actor: Actor): Promise<ExecutionStatus> {
  const { world, pools, carriers } = scene;
  const services = servicesOf(scene, actor);
  const execution = actor.name;
  const abort = async (): Promise<ExecutionStatus> => {
    if (carriers.get(run) === execution) carriers.delete(run);
    const closer = { closer: `aborter of ${execution}`, closingMs: CLOSING_MS };
    await repeated(() => abortExecution({ execution, ...closer }, pools, services));
    return 'FAILED';
  };
  const isOver = (other: string) => executionIsOver(other, services);
  if (!(await repeated(() => enterRun(services.table, { run, execution, now: services.clock.now(), isOver })))) {
    return abort();
  }
  const other = carriers.get(run);
  if (other !== undefined) violate(world, `${execution} carries ${run} out, and so does ${other}`);
  carriers.set(run, execution);
  const planCount = upTo(world, PLANS_MAX);
  for (let generation = 2; generation < 2 + planCount; generation += 1) {
    const plan = planOf(world, { run, generation, now: services.clock.now() }, pools);
    const records = [{ state: 'RUNNING' } as ShardRecord];
    const stored = { plan, records, pools, definition: {}, sharding: {} } as unknown as PlanToStore;
    const told = await repeated(() => storePlan(stored, services));
    if (told) await compare(world, { run, services });
    await world.scheduler.sleep(upTo(world, 60));
    // what one was given stays so, whoever sweeps meanwhile
    if (told) await compare(world, { run, services });
    if (world.random() < FAILING) return abort();
  }
  carriers.delete(run);
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (await repeated(() => endRun({ run, execution, outcome: 'complete' }, pools, services))) return 'SUCCEEDED';
  }
  return abort();
}

/** Sweeps until every run has ended; one that takes too long is killed, as a function is. */
export function enterSweeper(scene: Scene): void {
  const { world, unfinished, statuses } = scene;
  const actor = newActor(world, 'sweeper');
  const services = servicesOf(scene, actor);
  const isOver = () => unfinished.size === 0 && ![...statuses.values()].includes('RUNNING');
  const diesAt = world.scheduler.now() + CLOSING_MS - 2 * world.scenario.skewMs - 1;
  const sweep = { closer: actor.name, closingMs: CLOSING_MS, until: Number.MAX_SAFE_INTEGER };
  async function once(): Promise<void> {
    await world.scheduler.sleep(upTo(world, 2 * WATCH_MS));
    await repeated(() => sweepRuns(sweep, services));
  }
  let ended = false;
  void once().then(() => {
    ended = true;
  });
  const watch = (): void => {
    if (!ended && !actor.dead && world.scheduler.now() < diesAt) world.scheduler.add(watch, WATCH_MS);
    else {
      actor.dead = true;
      if (!isOver()) enterSweeper(scene);
    }
  };
  world.scheduler.add(watch, WATCH_MS);
}

function planOf(world: World, plan: Pick<Plan, 'run' | 'generation'> & { now: number }, pools: readonly Pool[]): Plan {
  const grants = pools.flatMap(({ id, state }) => {
    if (state === 'drained' || world.random() < 0.3) return [];
    const from = plan.now + upTo(world, 40);
    return [{ pool: id, slotCount: 1 + upTo(world, 4), from, until: from + 1 + upTo(world, 200) }];
  });
  const rest = {
    admission: { admitted: 'now' as const },
    placements: [],
    queue: [],
    canaries: [],
    zones: [],
    probedZones: [],
    expectedEndAt: 0,
    chance: 1,
    costUsd: 0,
  };
  return { run: plan.run, generation: plan.generation, madeAt: plan.now, deadlineAt: 0, grants, ...rest };
}

/** What a run was told that it has is what the ledger says: one actor at a time plans for it. */
async function compare(
  world: World,
  { run, services }: { readonly run: string; readonly services: { readonly objects: MemoryObjectStore } },
): Promise<void> {
  const told = JSON.parse(new TextDecoder().decode(await services.objects.get(`runs/${run}/plan.json`))) as Plan;
  const toldText = told.grants.map(({ pool, slotCount, from }) => `${pool}:${slotCount}@${from}`).sort();
  const heldText = (await holds(world)).flatMap(({ pool, run: of, slotCount, from }) =>
    of === run ? [`${pool}:${slotCount}@${from}`] : [],
  );
  if (toldText.join() !== heldText.sort().join()) violate(world, `${run} was told ${toldText}, but holds ${heldText}`);
}

/** All that is held, by whomever. */
export async function holds({ table }: Pick<World, 'table'>) {
  const all: (PoolLedger['holds'][number] & { readonly pool: string })[] = [];
  for await (const { sort, holds: held } of table.query({ partition: 'LEDGER' }))
    for (const hold of held as PoolLedger['holds']) all.push({ ...hold, pool: sort });
  return all;
}

/** False when it got no answer every time. */
async function repeated(call: () => Promise<unknown>): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    try {
      await call();
      return true;
    } catch (error) {
      if (!EXPECTED.has(errorName(error))) throw error;
    }
  }
  return false;
}
