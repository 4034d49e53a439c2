import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import type { Scenario } from './scenario.ts';
import { scheduler } from './scheduler.ts';
import type { SimulatedRun } from './simulate-run.ts';
import { upTo, type World } from './world.ts';

export interface WorldOptions {
  /** Whether what happens is written down. @default false */
  readonly history?: boolean;
}

/** A world in which nothing has happened yet: all that will follows from the scenario. */
export function newWorld(run: string, scenario: Scenario, { history = false }: WorldOptions): World {
  const random = seededRandom(scenario.seed);
  return {
    ...{ run, scenario, random, scheduler: scheduler(random), table: memoryTable(), objects: memoryObjectStore() },
    ...{ holders: new Map(), faults: { askedCount: 0, struck: [] }, zones: [new Set(), new Set()], dead: new Set() },
    ...{ violations: [], history: history ? [] : undefined, over: false },
  };
}

/** More events than any world needs: one that is not at rest by then never is. */
const STEPS_MAX = 20_000;

/** Lets everything happen that somebody waits for, or as much as it takes to break something. */
export async function untilRest({ scheduler: events, violations }: World): Promise<void> {
  while (violations.length === 0 && events.stepCount() < STEPS_MAX && (await events.step()));
}

export function outcomeOf(world: World, scenario: Scenario, isOver: boolean): SimulatedRun {
  return {
    scenario,
    violation: world.violations[0],
    outcome: isOver ? 'complete' : 'endless',
    stepCount: world.scheduler.stepCount(),
    faults: world.faults.struck,
    history: world.history ?? [],
  };
}

/** Somebody whose clock may be as wrong as the scenario says. */
export function newActor(world: World, name: string) {
  const skewMs = upTo(world, 2 * world.scenario.skewMs) - world.scenario.skewMs;
  return { name: `${name}.${upTo(world, 1_000_000)}`, skewMs, dead: false };
}

/** Nothing goes wrong any more after some time, so that everything comes to an end. */
export function isFaulty({ scheduler: events, scenario }: World): boolean {
  return events.stepCount() < scenario.faultySteps;
}
