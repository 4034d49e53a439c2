import * as z from 'zod';
import { collect } from '../core/collect.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { RunDemand } from '../plan/hopeless-runs.ts';
import type { Plan } from '../plan/plan.ts';
import type { Condition, Item, ItemKey, Table } from '../ports/table.ts';

const PARTITION = 'ACTIVE';
/** Each failed try means that somebody else entered or left in between. */
const ENTER_TRIES_MAX = 8;

/** A run that may hold something, and the execution that carries it out: listed before it takes anything. */
export const ActiveRun = z.strictObject({
  run: z.string(),
  /** The name of its execution: another one each time the run is resumed. */
  execution: z.string(),
  since: z.number(),
  /** Who frees what it holds, once its execution is over, and up to when that one must have done so. */
  closer: z.string().optional(),
  closingUntil: z.number().optional(),
  /** What was left of it when it was planned last, and when that should be done. @default - it has no plan */
  demand: RunDemand.extend({ at: z.number(), endsAt: z.number() }).optional(),
});
export type ActiveRun = z.infer<typeof ActiveRun>;

type Carried = Pick<ActiveRun, 'run' | 'execution'>;

export interface Entry {
  readonly run: RunId;
  readonly execution: string;
  readonly now: EpochMs;
  /** Whether an execution of the workflow machine is over, or is not known any more. */
  readonly isOver: (execution: string) => Promise<boolean>;
}

/**
 * Lists a run as carried out by an execution; entering twice changes nothing. The place of an execution that is over is
 * taken, unless somebody is just freeing what it held: two who believe to carry out one run would take each other's slots.
 *
 * @throws {ForeshardError} `InvalidInput` while another execution carries the run out, `Throttled` while it is cleared up
 */
export async function enterRun(table: Table, entry: Entry): Promise<void> {
  const { run, execution, now } = entry;
  let found: ActiveRun | undefined;
  for (let tries = 0; tries < ENTER_TRIES_MAX; tries += 1) {
    const write = await table.put({ ...keyOf(run), run, execution, since: now }, mayReplace(found, entry));
    if (write.applied) return;
    // it may have left between the write and its answer
    found = write.item && parseActive(write.item);
    if (!found) continue;
    if (isClosing(found, now)) throw busy('Throttled', entry, `is cleared up after execution '${found.execution}'`);
    if (found.execution !== execution && !(await entry.isOver(found.execution))) {
      throw busy(
        'InvalidInput',
        entry,
        `is carried out by execution '${found.execution}'; wait for its end, or stop it`,
      );
    }
  }
  throw busy('Throttled', entry, `was entered and left ${ENTER_TRIES_MAX} times meanwhile`);
}

function mayReplace(found: ActiveRun | undefined, { execution, now }: Entry): Condition {
  const mine = { all: [{ attribute: 'execution', equals: execution }, isLeft(now)] };
  const free = { attribute: 'partition', exists: false };
  if (!found) return { any: [free, mine] };
  return { any: [free, mine, { all: [{ attribute: 'execution', equals: found.execution }, isLeft(now)] }] };
}

function busy(name: 'InvalidInput' | 'Throttled', { run, execution }: Entry, why: string): ForeshardError {
  return new ForeshardError(name, `execution '${execution}' cannot carry out run '${run}': it ${why}`);
}

/** Notes what is left of a run that is carried out; of one that is not listed, nothing. */
export async function noteDemand(
  table: Table,
  { run, deadlineAt, demand, madeAt: at, expectedEndAt: endsAt }: Plan,
): Promise<void> {
  if (!demand) return;
  const noted = { run, deadlineAt, ...demand, at, endsAt };
  await table.update(keyOf(run), { set: { demand: noted } }, { attribute: 'execution', exists: true });
}

/** Every run that may hold something, in code unit order. */
export async function readActiveRuns(table: Table): Promise<readonly ActiveRun[]> {
  return (await collect(table.query({ partition: PARTITION }))).map(parseActive);
}

export interface Closing {
  readonly closer: string;
  readonly now: EpochMs;
  /** A closer that takes longer has died: another one may begin again. */
  readonly closingMs: DurationMs;
}

/**
 * Takes it upon oneself to free what a run holds; whoever has it alone does so, and the run cannot be resumed meanwhile.
 *
 * @returns false when another one does it, or another execution has taken the run over
 */
export async function closeRun(
  table: Table,
  { run, execution }: Carried,
  { closer, now, closingMs }: Closing,
): Promise<boolean> {
  const write = await table.update(
    keyOf(run),
    { set: { closer, closingUntil: now + closingMs } },
    {
      all: [
        { attribute: 'execution', equals: execution },
        { any: [...isLeft(now).any, { attribute: 'closer', equals: closer }] },
      ],
    },
  );
  return write.applied;
}

/** Whether a run is on the list, carried out by this execution. */
export async function isCarriedBy(table: Table, { run, execution }: Carried): Promise<boolean> {
  const item = await table.get(keyOf(run));
  return item !== undefined && parseActive(item).execution === execution;
}

/** Takes a run off the list: nothing is held for it any more. Only the execution that carries it out leaves it. */
export async function leaveRun(table: Table, { run, execution }: Carried): Promise<void> {
  await table.delete(keyOf(run), { attribute: 'execution', equals: execution });
}

/** Nobody is clearing up: no one has begun to, or who did has died over it. */
function isLeft(now: EpochMs) {
  return {
    any: [
      { attribute: 'closer', exists: false },
      { attribute: 'closingUntil', lessThan: now },
    ],
  };
}

function isClosing({ closer, closingUntil = 0 }: ActiveRun, now: EpochMs): boolean {
  return closer !== undefined && closingUntil >= now;
}

function keyOf(run: RunId): ItemKey {
  return { partition: PARTITION, sort: run };
}

function parseActive({ partition: _partition, sort, ...active }: Item): ActiveRun {
  return parseStrictly(ActiveRun, active, `active run '${sort}'`);
}
