/** Calls of one function, by what it answered. */
export type CallsByOutcome = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** States of `infra/*.asl.json` that are entered for each call: the task, and the choice behind it. */
const CHOSEN_AFTER: ReadonlySet<string> = new Set(['allocator', 'monitor', 'worker']);
/** A wait, or the end of the slot, follows these answers. */
const FOLLOWED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['worker', new Set(['idle', 'done'])],
  ['monitor', new Set(['running'])],
  ['dispatcher', new Set([''])],
]);

export interface Transitions {
  /** Of the run's own machine: they do not grow with its shards. */
  readonly run: number;
  /** Of its slots. */
  readonly slots: number;
}

/** Counts the states that Step Functions entered, from the calls that it made. */
export function transitionsOf(calls: CallsByOutcome): Transitions {
  const of = (name: string) =>
    [...(calls.get(name) ?? [])].reduce((sum, [outcome, count]) => sum + count * statesOf(name, outcome), 0);
  const stages = [...calls.keys()].filter((name) => name !== 'worker');
  return { run: stages.reduce((sum, name) => sum + of(name), 0), slots: of('worker') };
}

function statesOf(name: string, outcome: string): number {
  return 1 + Number(CHOSEN_AFTER.has(name)) + Number(FOLLOWED.get(name)?.has(outcome) ?? false);
}
