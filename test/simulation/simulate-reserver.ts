import { applyConcurrency } from '../../lib/plan/apply-concurrency.ts';
import type { ConcurrencyDemand } from '../../lib/plan/concurrency-demand.ts';
import { type Reservation, reconcileConcurrency } from '../../lib/plan/reconcile-concurrency.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Item, Write } from '../../lib/ports/table.ts';
import { endTurn, startReserver, stopReserver, takeTurn } from '../../lib/run/reserver-store.ts';
import { type ControlPlane, controlPlane } from './control-plane.ts';
import { call } from './faulty-call.ts';
import { faultyTable } from './faulty-table.ts';
import { isFaulty, newActor, newWorld, outcomeOf, untilRest, type WorldOptions } from './new-world.ts';
import { patiently } from './patiently.ts';
import type { Scenario } from './scenario.ts';
import type { SimulatedRun } from './simulate-run.ts';
import { type Actor, clockOf, upTo, violate, type World } from './world.ts';

const FUNCTIONS = ['w-1', 'w-2', 'w-3'];
const ACCOUNT_MAX = 40;
const NEED_MAX = 18;
const WISH_MAX = 6;
/** As functions/reserver.ts has it, and how long its function may live. */
const TURN_MS = 60_000;
const WRITES_MS = 50_000;
const CALL_MS = 300_000;
const PAUSE_MS = 20_000;
const ROUNDS = 12;
/** By the last of these rounds every surplus has cooled down. */
const LAST_ROUNDS = 4;
const COOLED_MS = 130_000;
/** Longer than any wait of the rounds before. */
const AFTER_ALL_MS = 2_000_000;
/** A wrong clock matters here as far as two writes are concerned, and no further. */
const SKEW_MAX_MS = 4;

/**
 * Reserved concurrency while needs come and go: several reservers that want their turn, crash over it and are killed when
 * their time is over, an operator who stops them and lets them go on, and a control plane that refuses, throttles and loses
 * answers. Turns, reconciliation and writes are the real ones.
 */
export async function simulateReserver(scenario: Scenario, options: WorldOptions = {}): Promise<SimulatedRun> {
  const slower = { ...scenario, leaseMs: PAUSE_MS, skewMs: Math.min(SKEW_MAX_MS, scenario.skewMs) };
  const world = newWorld('reserver', slower, options);
  const plane = controlPlane(world, ACCOUNT_MAX);
  const needs = new Map(FUNCTIONS.map((name) => [name, upTo(world, NEED_MAX)]));
  for (let reservers = 0; reservers < 2 + (scenario.seed % 2); reservers += 1) void rounds({ world, plane, needs });
  void changeNeeds(world, needs);
  void operate(world);
  world.scheduler.add(() => void lastRounds({ world, plane, needs }), AFTER_ALL_MS);
  await untilRest(world);
  if (world.violations.length === 0 && !world.over) violate(world, 'the last reserver never came to its end');
  return outcomeOf(world, scenario, world.over);
}

interface Scene {
  readonly world: World;
  readonly plane: ControlPlane;
  /** Slots that runs hold, by function. */
  readonly needs: Map<string, number>;
}

async function rounds(scene: Scene): Promise<void> {
  const { world } = scene;
  for (let round = 0; round < ROUNDS; round += 1) {
    await world.scheduler.sleep(upTo(world, PAUSE_MS));
    const actor = newActor(world, 'reserver');
    world.scheduler.add(() => {
      actor.dead = true;
    }, CALL_MS);
    await ended(world, actor, reserve(scene, actor));
  }
}

/** Until it has ended, or was killed. */
function ended(world: World, actor: Actor, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    work.then(resolve, (error: unknown) => {
      violate(world, `${actor.name} threw ${String(error)}`);
      resolve();
    });
    const watch = (): void => {
      if (actor.dead) resolve();
      else world.scheduler.add(watch, PAUSE_MS);
    };
    world.scheduler.add(watch, PAUSE_MS);
  });
}

/** One call of the reserver. */
async function reserve({ world, plane, needs }: Scene, actor: Actor): Promise<void> {
  const table = faultyTable(world, actor, (_, __, apply) => watchTurn(plane, apply));
  const clock = clockOfActor(world, actor);
  const owner = actor.name;
  const until = clock.now() + WRITES_MS;
  const turn = await patiently(() => takeTurn(table, { owner, now: clock.now(), turnMs: TURN_MS }));
  if (!turn) return;
  const seen = await patiently(() => asked(world, actor, 'limits', () => plane.look()));
  if (!seen) return;
  const demands = demandsOf(world, needs);
  const now = clock.now();
  const surplusSince = new Map(Object.entries(turn.surplusSince));
  const { observed, reservableLeft } = seen;
  const reconciled = reconcileConcurrency({ demands, observed, reservableLeft, surplusSince, now });
  plane.needs(owner, demands);
  const functions = {
    reserve: (name: string, to: Reservation) =>
      asked(world, actor, `reserve ${name} ${to}`, () => plane.reserve(owner, name, to)),
  };
  const { lastWriteAt } = turn;
  const applied = await applyConcurrency(reconciled.steps, { functions, clock, lastWriteAt, reservableLeft, until });
  const state = {
    lastWriteAt: applied.lastWriteAt,
    surplusSince: Object.fromEntries(reconciled.surplusSince),
    left: {},
  };
  await patiently(() => endTurn(table, owner, state));
}

/** A turn begins with the write that takes it, whether its answer comes back or not. */
async function watchTurn(plane: ControlPlane, apply: () => Promise<Write>): Promise<Write> {
  const write = await apply();
  const { owner, busyUntil, stoppedBy }: Partial<Item> = write.item ?? {};
  if (write.applied && Number(busyUntil) > 0) plane.begin(String(owner), stoppedBy !== undefined);
  return write;
}

function asked<Result>(world: World, actor: Actor, name: string, apply: () => Result): Promise<Result> {
  return call(world, actor, { name, key: '', isWrite: false, apply: async () => apply() });
}

function clockOfActor(world: World, actor: Actor): Clock {
  return {
    now: () => clockOf(world, actor),
    sleep: (durationMs) =>
      new Promise((wake) => world.scheduler.add(() => void (actor.dead || wake()), Math.ceil(durationMs))),
  };
}

function demandsOf(world: World, needs: ReadonlyMap<string, number>): readonly ConcurrencyDemand[] {
  return FUNCTIONS.map((functionName, at) => {
    const needCount = needs.get(functionName) ?? 0;
    const desiredCount = needCount + (isFaulty(world) ? upTo(world, WISH_MAX) : 0);
    return { functionName, needCount, desiredCount, deadlineAt: at };
  });
}

async function changeNeeds(world: World, needs: Map<string, number>): Promise<void> {
  for (let change = 0; change < 2 * ROUNDS; change += 1) {
    await world.scheduler.sleep(upTo(world, PAUSE_MS));
    needs.set(FUNCTIONS[upTo(world, FUNCTIONS.length - 1)] ?? '', world.random() < 0.4 ? 0 : upTo(world, NEED_MAX));
  }
}

/** The kill switch, thrown and taken back. */
async function operate(world: World): Promise<void> {
  if (world.random() < 0.5) return;
  await world.scheduler.sleep(upTo(world, 3 * PAUSE_MS));
  await stopReserver(world.table, 'operator');
  await world.scheduler.sleep(upTo(world, 3 * PAUSE_MS));
  await startReserver(world.table, 'operator');
}

/** Nothing goes wrong any more: what is reserved is what is needed, as far as the account has it, and no more. */
async function lastRounds({ world, plane, needs }: Scene): Promise<void> {
  for (let round = 0; round < LAST_ROUNDS; round += 1) {
    plane.calm();
    await reserve(
      { world: { ...world, scenario: { ...world.scenario, faultySteps: 0 } }, plane, needs },
      newActor(world, 'last'),
    );
    await world.scheduler.sleep(COOLED_MS);
  }
  const { observed } = plane.look();
  const all = FUNCTIONS.reduce((sum, name) => sum + (needs.get(name) ?? 0), 0);
  for (const name of FUNCTIONS) {
    const [need, has] = [needs.get(name) ?? 0, observed.get(name)];
    if (all <= ACCOUNT_MAX && need > 0 && (has ?? 0) < need) violate(world, `${name} needs ${need}, and has ${has}`);
    if (need === 0 && has !== undefined) violate(world, `${name} needs nothing, and keeps ${has}`);
    if (has !== undefined && has > 1.25 * need) violate(world, `${name} needs ${need}, and keeps ${has}`);
  }
  world.over = true;
}
