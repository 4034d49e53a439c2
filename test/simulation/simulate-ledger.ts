import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { errorName } from '../../lib/core/foreshard-error.ts';
import { seededRandom } from '../../lib/core/random.ts';
import type { Plan } from '../../lib/plan/plan.ts';
import type { Pool } from '../../lib/plan/pool.ts';
import { mostHeld, PoolLedger } from '../../lib/plan/pool-ledger.ts';
import type { Table } from '../../lib/ports/table.ts';
import { endRun } from '../../lib/recover/end-run.ts';
import type { ShardRecord } from '../../lib/run/shard-record.ts';
import { type PlanToStore, storePlan } from '../../lib/run/store-plan.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { faultyTable } from './faulty-table.ts';
import type { Scenario } from './scenario.ts';
import { scheduler } from './scheduler.ts';
import type { SimulatedRun } from './simulate-run.ts';
import { type Actor, clockOf, upTo, violate, type World } from './world.ts';

const RUNS = ['a', 'b', 'c', 'd'] as const;
const PLANS_MAX = 5;
const STEPS_MAX = 20_000;
/** Between two looks whether whoever plans for a run has died. */
const WATCH_MS = 30;

/** Four runs that plan, plan anew and end beside each other: the real ledger, with faults at every call of the table. */
export async function simulateLedger(
  scenario: Scenario,
  options: { readonly history?: boolean } = {},
): Promise<SimulatedRun> {
  const random = seededRandom(scenario.seed);
  const violations: string[] = [];
  const pools = poolsOf(random);
  const world: World = {
    run: 'run',
    scenario,
    random,
    scheduler: scheduler(random),
    table: watchedTable(pools, violations),
    holders: new Map(),
    faults: { askedCount: 0, struck: [] },
    dead: new Set(),
    violations,
    history: options.history ? [] : undefined,
    over: false,
  };
  const unfinished = new Set<string>(RUNS);
  for (const run of RUNS) enter(world, { run, pools, unfinished, isEnding: false });
  while (world.violations.length === 0 && world.scheduler.stepCount() < STEPS_MAX && (await world.scheduler.step()));
  if (world.violations.length === 0) await judgeEnd(world, pools, unfinished);
  return {
    scenario,
    violation: violations[0],
    outcome: unfinished.size === 0 ? 'complete' : 'endless',
    stepCount: world.scheduler.stepCount(),
    faults: world.faults.struck,
    history: world.history ?? [],
  };
}

function poolsOf(random: () => number): readonly Pool[] {
  return ['az1', 'az2', 'az3'].map((zone) => ({
    id: `1769-${zone}`,
    functionName: `w-${zone}`,
    memoryMiB: 1_769,
    zone,
    state: random() < 0.2 ? 'drained' : 'open',
    slotMax: 2 + Math.floor(random() * 6),
  }));
}

/** No write may leave a pool with more holds than it has slots, whoever made it. */
function watchedTable(pools: readonly Pool[], violations: string[]): Table {
  const table = memoryTable();
  return {
    ...table,
    async put(item, condition) {
      const write = await table.put(item, condition);
      const pool = pools.find(({ id }) => item.partition === 'LEDGER' && item.sort === id);
      if (!pool || !write.applied) return write;
      const ledger = PoolLedger.parse({ pool: pool.id, slotMax: pool.slotMax, holds: item.holds });
      const most = mostHeld(ledger, 0, Number.MAX_SAFE_INTEGER);
      if (most > pool.slotMax) violations.push(`${pool.id} has ${pool.slotMax} slots, and ${most} are held`);
      return write;
    },
  };
}

interface Part {
  readonly run: string;
  readonly pools: readonly Pool[];
  readonly unfinished: Set<string>;
  /** Whoever comes after a crash may only end the run. */
  readonly isEnding: boolean;
}

function enter(world: World, part: Part): void {
  const skewMs = upTo(world, 2 * world.scenario.skewMs) - world.scenario.skewMs;
  const actor: Actor = { name: `${part.run}-${upTo(world, 1_000_000)}`, skewMs, dead: false };
  conduct(world, actor, part).catch((error: unknown) => violate(world, `${actor.name} threw ${String(error)}`));
  const watch = (): void => {
    if (!part.unfinished.has(part.run)) return;
    if (actor.dead) enter(world, { ...part, isEnding: part.isEnding || world.random() < 0.5 });
    else world.scheduler.add(watch, WATCH_MS);
  };
  world.scheduler.add(watch, WATCH_MS);
}

async function conduct(world: World, actor: Actor, part: Part): Promise<void> {
  const { run, pools } = part;
  const table = faultyTable(world, actor);
  const clock = { now: () => clockOf(world, actor), sleep: world.scheduler.sleep };
  const services = { table, clock, random: world.random, objects: memoryObjectStore() };
  const planCount = part.isEnding ? 0 : upTo(world, PLANS_MAX);
  for (let generation = 2; generation < 2 + planCount; generation += 1) {
    const plan = planOf(world, { run, generation, now: clock.now() }, pools);
    const records = [{ state: 'RUNNING' } as ShardRecord];
    const stored = { plan, records, pools, definition: {}, sharding: {} } as unknown as PlanToStore;
    if (await repeated(() => storePlan(stored, services))) await compare(world, { run, services });
    await world.scheduler.sleep(upTo(world, 60));
  }
  while (!(await repeated(() => endRun({ run, outcome: 'complete' }, pools, services))));
  part.unfinished.delete(run);
}

function planOf(world: World, plan: Pick<Plan, 'run' | 'generation'> & { now: number }, pools: readonly Pool[]): Plan {
  const grants = pools.flatMap(({ id, state }) => {
    if (state === 'drained' || world.random() < 0.3) return [];
    const from = plan.now + upTo(world, 40);
    return [{ pool: id, slotCount: 1 + upTo(world, 4), from, until: from + 1 + upTo(world, 200) }];
  });
  const rest = { placements: [], queue: [], canaries: [], zones: [], expectedEndAt: 0, chance: 1, costUsd: 0 };
  return { run: plan.run, generation: plan.generation, madeAt: plan.now, deadlineAt: 0, grants, ...rest };
}

/** What a run was told that it has is what the ledger says: one actor at a time plans for it. */
async function compare(
  world: World,
  {
    run,
    services,
  }: { readonly run: string; readonly services: { readonly objects: ReturnType<typeof memoryObjectStore> } },
): Promise<void> {
  const told = JSON.parse(new TextDecoder().decode(await services.objects.get(`runs/${run}/plan.json`))) as Plan;
  const toldText = told.grants.map(({ pool, slotCount, from }) => `${pool}:${slotCount}@${from}`).sort();
  const heldText = (await holds(world)).flatMap(({ pool, run: of, slotCount, from }) =>
    of === run ? [`${pool}:${slotCount}@${from}`] : [],
  );
  if (toldText.join() !== heldText.sort().join()) violate(world, `${run} was told ${toldText}, but holds ${heldText}`);
}

async function holds({ table }: World) {
  const all: (PoolLedger['holds'][number] & { readonly pool: string })[] = [];
  for await (const { sort, holds: held } of table.query({ partition: 'LEDGER' }))
    for (const hold of held as PoolLedger['holds']) all.push({ ...hold, pool: sort });
  return all;
}

/** All that was held is given back, and every run has ended. */
async function judgeEnd(world: World, pools: readonly Pool[], unfinished: ReadonlySet<string>): Promise<void> {
  if (unfinished.size > 0) violate(world, `${[...unfinished]} never ended, in ${world.scheduler.stepCount()} events`);
  const left = await holds(world);
  if (left.length > 0) violate(world, `${left[0]?.run} has ended, and holds slots of one of ${pools.length} pools`);
}

const TRIES_MAX = 4;

/** False when it got no answer every time. */
async function repeated(call: () => Promise<unknown>): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    try {
      await call();
      return true;
    } catch (error) {
      if (errorName(error) !== 'StoreUnavailable') throw error;
    }
  }
  return false;
}
