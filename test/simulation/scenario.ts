import { canaryNeed, narrowNeed, wideNeed } from '../../lib/core/ids.ts';
import { type Random, seededRandom } from '../../lib/core/random.ts';
import type { CutOperation } from '../../lib/run/create-run.ts';
import type { Shard } from '../../lib/shards/sharding.ts';

/** How often, per call of the table, something goes wrong. */
export interface FaultRates {
  /** The request never arrives. */
  readonly lostRequest: number;
  /** It lands, but the answer does not come back. */
  readonly lostAnswer: number;
  /** It lands twice at once: a retry inside the client. */
  readonly twice: number;
  /** A second copy lands much later. */
  readonly ghost: number;
  /** The caller is dead from then on; half the time the request has landed. */
  readonly crash: number;
  /** The caller sleeps past its lease, then goes on as if nothing had been. */
  readonly pause: number;
  /** An answer of the queue index that is out of date. */
  readonly stale: number;
}

export interface Scenario {
  readonly seed: number;
  readonly operations: readonly CutOperation[];
  readonly shards: readonly Shard[];
  readonly chunkSize: number;
  readonly workers: number;
  readonly splitters: number;
  readonly speculators: number;
  readonly mergers: number;
  /** Longest time between two merges of a merger. */
  readonly mergePauseMs: number;
  /** Share of looks at which a worker tries to commit what it has, wherever it is. */
  readonly haste: number;
  /** Events after which half of the workers die at once, with their zone; 0: they do not. */
  readonly zoneLossAt: number;
  readonly sweepers: number;
  readonly planners: number;
  readonly creators: number;
  readonly faults: FaultRates;
  /** Only these faults strike, whatever chance says: what is left of a failed run's list. */
  readonly onlyFaults?: ReadonlySet<string>;
  /** Share of attempts that fail by themselves. */
  readonly failures: number;
  /** Events after which nothing goes wrong any more. */
  readonly faultySteps: number;
  readonly leaseMs: number;
  readonly graceMs: number;
  /**
   * Largest difference of an actor's clock from the true one. Beyond half the grace leases are taken too early: work
   * is lost then, but nothing else may be.
   */
  readonly skewMs: number;
}

/** Two clocks that are wrong by half of it, in opposite directions, still agree on when a lease has ended. */
const GRACE_MS = 8;

const NO_FAULTS: FaultRates = {
  lostRequest: 0,
  lostAnswer: 0,
  twice: 0,
  ghost: 0,
  crash: 0,
  pause: 0,
  stale: 0,
};

/** Of so many seeds one is of each rare kind, and all others are as they always were: seeds that once failed are kept. */
const RARE_EVERY = 16;
/** One type in two operations behind the same one: the one may never begin while the other has begun. */
const TRIED_TOGETHER = 2;
/** Mergers that come when workers have failed, and workers that often write what they may not commit. */
const MERGED_LATE = 10;

/** Everything about a simulated run follows from its seed. */
export function scenarioOf(seed: number): Scenario {
  const kind = seed % RARE_EVERY;
  const scenario = anyScenario(seed, kind === TRIED_TOGETHER);
  const failures = Math.max(0.1, scenario.failures);
  if (kind === TRIED_TOGETHER) return { ...scenario, failures };
  return kind === MERGED_LATE ? { ...scenario, failures, mergers: 2, mergePauseMs: 40, haste: 0.3 } : scenario;
}

function anyScenario(seed: number, together: boolean): Scenario {
  const random = seededRandom(seed * 2_654_435_761);
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  const graph = graphOf({ random, upTo }, together);
  return {
    seed,
    ...graph,
    chunkSize: 1 + upTo(2),
    workers: 2 + upTo(2),
    splitters: upTo(2),
    sweepers: upTo(2),
    planners: upTo(1),
    creators: 1 + upTo(1),
    faults: faultsOf(random),
    failures: random() < 0.4 ? 0 : random() * 0.3,
    faultySteps: 100 + upTo(250),
    leaseMs: 20 + upTo(60),
    graceMs: GRACE_MS,
    skewMs: random() < 0.15 ? 200 : upTo(GRACE_MS / 2),
    speculators: upTo(1),
    zoneLossAt: random() < 0.3 ? 20 + upTo(200) : 0,
    mergers: upTo(2),
    mergePauseMs: 5,
    haste: 0.03,
  };
}

/** Each kind of fault is at work in half of the scenarios, rarely or often: some bugs need quiet surroundings. */
function faultsOf(random: Random): FaultRates {
  const rate = (max: number) => (random() < 0.5 ? 0 : random() * max);
  return {
    ...NO_FAULTS,
    lostRequest: rate(0.1),
    lostAnswer: rate(0.1),
    twice: rate(0.15),
    ghost: rate(0.15),
    crash: rate(0.04),
    pause: rate(0.1),
    stale: rate(0.3),
  };
}

interface Draft {
  readonly type: string;
  readonly shardCount: number;
  readonly before: CutOperation | undefined;
  readonly edge: 'wide' | 'narrow';
  /** All but its first index wait for the canary of its type. */
  readonly guarded: boolean;
}

type Chance = { readonly random: Random; readonly upTo: (max: number) => number };

/** One to three operations of one to three indexes, behind wide or narrow edges, now and then waiting for canaries. */
function graphOf(chance: Chance, together: boolean): Pick<Scenario, 'operations' | 'shards'> {
  const operations: CutOperation[] = [];
  const shards: Shard[] = [];
  const count = together ? 3 : 1 + chance.upTo(2);
  while (operations.length < count) {
    const draft = together ? draftTogether(operations, chance) : draftAny(operations, chance);
    const { type, shardCount, before, edge } = draft;
    const id = `op${operations.length}`;
    operations.push({ id, type, shardCount, after: before ? [{ operation: before.id, edge }] : [] });
    shards.push(...shardsOf(id, draft, chance));
  }
  const fed = shards.map((shard) => ({
    ...shard,
    feeds: shards.filter(({ needs }) => needs.includes(narrowNeed(shard.id))).map(({ id }) => id),
  }));
  return { operations, shards: fed };
}

function draftAny(operations: readonly CutOperation[], { random, upTo }: Chance): Draft {
  const position = operations.length;
  const before = position > 0 ? operations[upTo(position - 1)] : undefined;
  const edge = random() < 0.5 ? 'wide' : 'narrow';
  const shardCount = before && edge === 'narrow' ? before.shardCount : 1 + upTo(2);
  const twin = operations.find(({ after }) => before !== undefined && after[0]?.operation === before.id);
  // operations of one type are tried together, and the one with a canary in it may never begin
  const type = twin && random() < 0.8 ? twin.type : `t${position}@1`;
  return { type, shardCount, before, edge, guarded: shardCount > 1 && random() < 0.25 };
}

/** Behind the first operation two of one type: one waits for all of it, each index of the other for one of its. */
function draftTogether(operations: readonly CutOperation[], { upTo }: Chance): Draft {
  const [before] = operations;
  if (!before) return { type: 't0@1', shardCount: 2 + upTo(1), before, edge: 'wide', guarded: false };
  const edge = operations.length === 1 ? 'wide' : 'narrow';
  const guarded = edge === 'narrow';
  return { type: 't1@1', shardCount: guarded ? before.shardCount : 1 + upTo(2), before, edge, guarded };
}

function shardsOf(id: string, { type, shardCount, before, edge, guarded }: Draft, { upTo }: Chance): Shard[] {
  const shards: Shard[] = [];
  for (let [index, start] = [0, 0]; index < shardCount; index += 1) {
    const needs = before ? [edge === 'wide' ? wideNeed(before.id) : narrowNeed(`${before.id}/${index}`)] : [];
    if (guarded && index > 0) needs.push(canaryNeed(type));
    const range = { start, end: start + 1 + upTo(6) };
    start = range.end;
    shards.push({ id: `${id}/${index}`, operation: id, index, type, range, bytes: 100, needs, feeds: [] });
  }
  return shards;
}

/** Smaller scenarios of the same seed: if one of them still fails, its history is easier to read. */
export function* smaller(scenario: Scenario): Iterable<Scenario> {
  const counts = ['splitters', 'speculators', 'mergers', 'sweepers', 'planners', 'workers', 'creators'] as const;
  for (const name of counts) {
    const least = name === 'workers' || name === 'creators' ? 1 : 0;
    if (scenario[name] > least) yield { ...scenario, [name]: scenario[name] - 1 };
  }
  for (const fault of Object.keys(NO_FAULTS) as (keyof FaultRates)[]) {
    if (scenario.faults[fault] > 0) yield { ...scenario, faults: { ...scenario.faults, [fault]: 0 } };
  }
  if (scenario.zoneLossAt > 0) yield { ...scenario, zoneLossAt: 0 };
  if (scenario.failures > 0) yield { ...scenario, failures: 0 };
  if (scenario.skewMs > 0) yield { ...scenario, skewMs: 0 };
  for (const operation of scenario.operations) {
    const needed = scenario.operations.some(({ after }) => after.some((edge) => edge.operation === operation.id));
    if (needed || scenario.operations.length === 1) continue;
    yield {
      ...scenario,
      operations: scenario.operations.filter(({ id }) => id !== operation.id),
      shards: scenario.shards
        .filter((shard) => shard.operation !== operation.id)
        .map((shard) => ({ ...shard, feeds: shard.feeds.filter((fed) => !fed.startsWith(`${operation.id}/`)) })),
    };
  }
  for (const factor of [0.25, 0.5, 0.75]) {
    yield { ...scenario, faultySteps: Math.floor(scenario.faultySteps * factor) };
  }
}
