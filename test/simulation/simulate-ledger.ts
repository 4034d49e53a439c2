import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { seededRandom } from '../../lib/core/random.ts';
import type { Pool } from '../../lib/plan/pool.ts';
import { mostHeld, PoolLedger } from '../../lib/plan/pool-ledger.ts';
import type { Table } from '../../lib/ports/table.ts';
import { sweepRuns } from '../../lib/recover/sweep-runs.ts';
import { readActiveRuns } from '../../lib/run/active-run.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { CLOSING_MS, carryOut, enterSweeper, holds, type Scene, servicesOf, ZONES } from './ledger-actors.ts';
import type { Scenario } from './scenario.ts';
import { scheduler } from './scheduler.ts';
import type { SimulatedRun } from './simulate-run.ts';
import { type Actor, upTo, violate, type World } from './world.ts';

const RUNS = ['a', 'b', 'c', 'd'] as const;
const STEPS_MAX = 20_000;
/** Partition of the runs that are carried out. */
const ACTIVE = 'ACTIVE';

/**
 * Four runs that plan, plan anew, end, die and are resumed beside each other, and sweepers that clear up after the dead: the
 * real ledger and the real list of active runs, with faults at every call of the table.
 */
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
    objects: memoryObjectStore(),
    holders: new Map(),
    faults: { askedCount: 0, struck: [] },
    zones: [new Set(), new Set()],
    dead: new Set(),
    violations,
    history: options.history ? [] : undefined,
    over: false,
  };
  const scene: Scene = { world, pools, statuses: new Map(), carriers: new Map(), unfinished: new Set(RUNS) };
  for (const run of RUNS) for (let starts = 0; starts <= upTo(world, 1); starts += 1) carryOut(scene, run);
  for (let sweepers = 0; sweepers <= scenario.sweepers; sweepers += 1) enterSweeper(scene);
  while (world.violations.length === 0 && world.scheduler.stepCount() < STEPS_MAX && (await world.scheduler.step()));
  if (world.violations.length === 0) await judgeEnd(scene);
  return {
    scenario,
    violation: violations[0],
    outcome: scene.unfinished.size === 0 ? 'complete' : 'endless',
    stepCount: world.scheduler.stepCount(),
    faults: world.faults.struck,
    history: world.history ?? [],
  };
}

function poolsOf(random: () => number): readonly Pool[] {
  return ZONES.map((zone) => ({
    id: `1769-${zone}`,
    functionName: `w-${zone}`,
    memoryMiB: 1_769,
    zone,
    state: random() < 0.2 ? 'drained' : 'open',
    slotMax: 2 + Math.floor(random() * 6),
  }));
}

/** No write may leave a pool with more holds than it has slots, whoever made it; nor a run hold slots when it leaves. */
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
    async delete(key, condition) {
      const wasListed = key.partition === ACTIVE && (await table.get(key)) !== undefined;
      await table.delete(key, condition);
      if (!wasListed || (await table.get(key))) return;
      const held = (await holds({ table })).find(({ run }) => run === key.sort);
      if (held) violations.push(`${key.sort} is off the list, and holds slots of ${held.pool}`);
    },
  };
}

/** Long after all of it: what the dead held is free, and no run is listed any more. */
async function judgeEnd(scene: Scene): Promise<void> {
  const { world, unfinished } = scene;
  if (unfinished.size > 0) violate(world, `${[...unfinished]} never ended, in ${world.scheduler.stepCount()} events`);
  const last: Actor = { name: 'last', skewMs: 10 * CLOSING_MS, dead: false };
  const services = { ...servicesOf(scene, last), table: world.table };
  const sweep = { closer: 'last', closingMs: CLOSING_MS, until: Number.MAX_SAFE_INTEGER };
  // A hold is nobody's once its run is not listed: twice.
  for (let sweeps = 0; sweeps < 2; sweeps += 1) await sweepRuns(sweep, services);
  const [left] = await holds(world);
  if (left) violate(world, `${left.run} has ended, and holds slots of ${left.pool}`);
  const [listed] = await readActiveRuns(world.table);
  if (listed) violate(world, `${listed.run} has ended, and is listed as carried out by ${listed.execution}`);
}
