import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import type { Item, ItemKey, Query, Table, Write } from '../../lib/ports/table.ts';
import type { FaultRates } from './scenario.ts';
import { watchWrite } from './watch-write.ts';
import { type Actor, clockOf, type World } from './world.ts';

/** Items in one page of a query: few, so that the table changes between two pages. */
const PAGE_SIZE = 3;

interface Call<Result> {
  readonly name: string;
  readonly key: string;
  readonly apply: () => Promise<Result>;
  readonly isWrite: boolean;
}

/**
 * The table as one actor sees it: every call waits for its turn, and may be lost, land twice, land late, or be the last
 * that its caller lives to make. Every write is watched for what must never happen.
 */
export function faultyTable(world: World, actor: Actor): Table {
  const { table } = world;

  async function* query({ partition, sortPrefix = '', limit }: Query): AsyncIterable<Item> {
    let after = '';
    let left = limit ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      const page = await call(world, actor, {
        name: 'query',
        key: sortPrefix,
        isWrite: false,
        apply: () => pageOf(after),
      });
      yield* page.slice(0, left);
      left -= page.length;
      const last = page.at(-1);
      if (page.length < PAGE_SIZE || !last) return;
      after = last.sort;
    }
    async function pageOf(from: string): Promise<readonly Item[]> {
      const page: Item[] = [];
      for await (const item of table.query({ partition, sortPrefix })) {
        if (item.sort > from) page.push(item);
        if (page.length === PAGE_SIZE) break;
      }
      return page;
    }
  }

  function write(name: string, key: ItemKey, apply: () => Promise<Write>): Promise<Write> {
    const calledAt = clockOf(world, actor);
    const watched = () => watchWrite(world, { actor, calledAt, key }, apply);
    return call(world, actor, { name, key: key.sort, isWrite: true, apply: watched });
  }

  return {
    get: (key) => call(world, actor, { name: 'get', key: key.sort, isWrite: false, apply: () => table.get(key) }),
    put: (item, condition) => write('put', item, () => table.put(item, condition)),
    async putAll(items) {
      for (const item of items) await write('putAll', item, () => table.put(item));
    },
    update: (key, change, condition) => write('update', key, () => table.update(key, change, condition)),
    delete: async (key, condition) =>
      call(world, actor, { name: 'delete', key: key.sort, isWrite: true, apply: () => table.delete(key, condition) }),
    query,
    queryQueue: (asked) =>
      call(world, actor, {
        name: 'queue',
        key: asked.queue,
        isWrite: false,
        apply: async () => outdated(world, await table.queryQueue(asked)),
      }),
  };
}

/** The index lags behind: some of its items are not there yet. */
function outdated(world: World, items: readonly Item[]): readonly Item[] {
  return items.filter(() => !strikes(world, 'stale'));
}

/** Chance is asked in any case, so that what is kept of a list of faults meets the same course of events before it. */
function strikes(world: World, fault: keyof FaultRates): boolean {
  const { scheduler, scenario, random, faults } = world;
  if (scenario.faults[fault] === 0 || scheduler.stepCount() >= scenario.faultySteps) return false;
  faults.askedCount += 1;
  const name = `${fault}@${faults.askedCount}`;
  const chosen = random() < scenario.faults[fault];
  const struck = scenario.onlyFaults?.has(name) ?? chosen;
  if (struck) faults.struck.push(name);
  return struck;
}

function call<Result>(world: World, actor: Actor, made: Call<Result>): Promise<Result> {
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
