import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import type { FaultRates } from './scenario.ts';
import type { Actor, World } from './world.ts';

/** One request of an actor to a store. */
export interface Call<Result> {
  readonly name: string;
  readonly key: string;
  readonly apply: () => Promise<Result>;
  readonly isWrite: boolean;
}

/** Chance is asked in any case, so that what is kept of a list of faults meets the same course of events before it. */
export function strikes(world: World, fault: keyof FaultRates): boolean {
  const { scheduler, scenario, random, faults } = world;
  if (scenario.faults[fault] === 0 || scheduler.stepCount() >= scenario.faultySteps) return false;
  faults.askedCount += 1;
  const name = `${fault}@${faults.askedCount}`;
  const chosen = random() < scenario.faults[fault];
  const struck = scenario.onlyFaults?.has(name) ?? chosen;
  if (struck) faults.struck.push(name);
  return struck;
}

/** Makes a call in its turn: it may be lost, land twice, land late, or be the last that its caller lives to make. */
export function call<Result>(world: World, actor: Actor, made: Call<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (!actor.dead) world.scheduler.add(() => void happen(world, actor, made).then(resolve, reject));
  });
}

/** One call in its turn; of a dead caller nothing happens any more, and nobody waits for it. */
async function happen<Result>(world: World, actor: Actor, made: Call<Result>): Promise<Result> {
  const { scheduler, random, scenario } = world;
  const note = (what: string) =>
    world.history?.push(`${scheduler.stepCount()} t=${scheduler.now()} ${actor.name} ${made.name} ${made.key}${what}`);
  if (actor.dead) return forever();
  if (strikes(world, 'crash')) {
    const landed = random() < 0.5;
    note(landed ? ' landed, then it crashed' : ' crashed');
    actor.dead = true;
    world.dead.add(actor.name);
    if (landed) await made.apply();
    return forever();
  }
  if (strikes(world, 'lostRequest')) {
    note(' lost');
    throw unavailable(made);
  }
  if (made.isWrite && strikes(world, 'ghost')) {
    note(' lands again later');
    scheduler.add(() => void made.apply(), Math.floor(random() * 3 * scenario.leaseMs));
  }
  if (made.isWrite && strikes(world, 'twice')) {
    note(' lands twice');
    await made.apply();
  }
  const result = await made.apply();
  if (strikes(world, 'lostAnswer')) {
    note(' landed, answer lost');
    throw unavailable(made);
  }
  note(appliedText(result));
  if (strikes(world, 'pause')) {
    note(' pauses');
    await scheduler.sleep(Math.floor(scenario.leaseMs * (1 + 2 * random())));
  }
  return result;
}

function appliedText(result: unknown): string {
  if (typeof result !== 'object' || result === null || !('applied' in result)) return '';
  return result.applied ? ' applied' : ' refused';
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}

function unavailable({ name, key }: Call<unknown>): ForeshardError {
  return new ForeshardError('StoreUnavailable', `${name} of '${key}' got no answer`);
}
