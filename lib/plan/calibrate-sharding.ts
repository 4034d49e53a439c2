import { errorName } from '../core/foreshard-error.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { type ForecastRequest, forecastShards } from '../forecast/forecast-shards.ts';
import { streamOf } from '../shards/backlog-layout.ts';
import { type ShardRequest, shardWorkflow } from '../shards/shard-workflow.ts';
import type { Sharding } from '../shards/sharding.ts';
import type { OperationId, Workflow } from '../workflow/definition.ts';
import { allocate } from './allocate.ts';
import type { AllocateRequest } from './allocate-request.ts';
import type { Plan } from './plan.ts';
import type { PriorityPolicy } from './priority-policy.ts';

export interface CalibrationRequest {
  readonly sharding: ShardRequest;
  readonly forecast: Omit<ForecastRequest, 'shards'>;
  /** Where and when the shards would run. */
  readonly allocation: Omit<AllocateRequest, 'shards' | 'newTypes'>;
  readonly priority?: PriorityPolicy | undefined;
}

/** More careful than the fourth power of what the formula says is not tried. */
const CAUTION_MAX = 4;
/** Steps of the search for a caution, and then for counts between those of two cautions. */
const CAUTION_STEPS = 6;
const COUNT_STEPS = 4;
/** Counts in all that differ by less than this share are not searched for one in between. */
const COUNT_SHARE = 0.05;
/** What is simulated costs more than it saves above this: the formula decides alone. */
const SIMULATED_SHARDS_MAX = 10_000;
/** Chances that differ by less are taken for equal: then the one that is safe to end sooner wins. */
const CHANCE_STEP = 0.01;

interface Trial {
  readonly sharding: Sharding;
  readonly chance: number;
  readonly safeEndAt: EpochMs;
}

/**
 * Cuts a workflow into the fewest shards whose plan meets the deadline with the asked probability, as the simulation of
 * the plan sees it. The formula for shard counts knows one chain of operations; the plan also knows slots that are taken
 * in turn, parallel paths, other runs' slots and canaries. So the formula is asked with more or less caution until the
 * plan's own chance is what was asked for.
 *
 * When no counts give that, the answer is the plan with the best chance that was found. What cannot end in time even
 * if everything takes what is predicted is refused. With the objective `latency` the counts do not depend on the
 * chance, and what has not arrived yet is no matter of counts: there the formula decides alone.
 *
 * @param random source of chance; each trial gets the same numbers
 * @throws {ForeshardError} what {@link shardWorkflow} throws
 * @complexity at most a dozen plans
 */
export function calibrateSharding(whole: CalibrationRequest, random: () => Random): Sharding {
  const { chance: asked, workflow } = whole.sharding;
  const streams = workflow.operations.some(({ input }) => streamOf(input) !== undefined);
  const formula = () => careful(whole, 1) ?? shardWorkflow({ ...whole.sharding, caution: 0 });
  if (workflow.objective === 'latency' || streams) return formula();
  const request = afterStart(whole);
  const certain = shardWorkflow({ ...request.sharding, caution: 0 });
  if (certain.shards.length > SIMULATED_SHARDS_MAX) return formula();
  const attempt = (sharding: Sharding | undefined) => sharding && tryOut(request, sharding, random());
  const { missed, kept } = searchCaution((caution) => attempt(careful(request, caution)), {
    asked,
    certain: tryOut(request, certain, random()),
  });
  const least = missed.at(-1);
  if (!least) return kept?.sharding ?? certain;
  const most = kept ?? attempt(asFastAsCanBe(request));
  if (!most || most.chance < asked) return closest([...missed, ...(most ? [most] : [])]).sharding;
  return searchBetween((counts) => attempt(careful(request, 0, counts)), { asked, least, most }).sharding;
}

/** The first slots take their time to start. */
function afterStart({ sharding, ...rest }: CalibrationRequest): CalibrationRequest {
  return { ...rest, sharding: { ...sharding, timeLeftMs: sharding.timeLeftMs - rest.allocation.startDelayMs } };
}

/** The least caution that keeps the asked chance, and what was tried and did not: the last is the most careful one. */
function searchCaution(
  tryCaution: (caution: number) => Trial | undefined,
  { asked, certain }: { readonly asked: number; readonly certain: Trial },
): { readonly missed: readonly Trial[]; readonly kept: Trial | undefined } {
  if (certain.chance >= asked) return { missed: [], kept: certain };
  const missed = [certain];
  let kept: Trial | undefined;
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  for (let step = 0; step < CAUTION_STEPS && low < CAUTION_MAX && !near(missed.at(-1), kept); step += 1) {
    const next = high === Number.POSITIVE_INFINITY ? Math.max(1, 2 * low) : (low + high) / 2;
    const trial = tryCaution(next);
    if (trial && trial.chance < asked) {
      missed.push(trial);
      low = next;
    } else {
      kept = trial ?? kept;
      high = next;
    }
  }
  return { missed, kept };
}

/** Where the formula jumps from few shards to many, counts in between may do. */
function searchBetween(
  tryCounts: (counts: ReadonlyMap<OperationId, number>) => Trial | undefined,
  { asked, least, most }: { readonly asked: number; readonly least: Trial; readonly most: Trial },
): Trial {
  let [low, kept] = [least, most];
  for (let step = 0; step < COUNT_STEPS && !near(low, kept); step += 1) {
    const trial = tryCounts(countsBetween(low.sharding, kept.sharding));
    if (!trial) break;
    if (trial.chance < asked) low = trial;
    else if (trial.sharding.shards.length < kept.sharding.shards.length) kept = trial;
    else break;
  }
  return kept;
}

function near(less: Trial | undefined, more: Trial | undefined): boolean {
  const [lessCount, moreCount] = [less?.sharding.shards.length ?? 0, more?.sharding.shards.length ?? 0];
  return more !== undefined && moreCount - lessCount <= Math.max(1, COUNT_SHARE * lessCount);
}

function countsBetween(less: Sharding, more: Sharding): ReadonlyMap<OperationId, number> {
  const lessOf = new Map(less.operations.map(({ id, shardCount }) => [id, shardCount]));
  return new Map(
    more.operations.map(({ id, shardCount }) => [
      id,
      Math.round(Math.sqrt(shardCount * (lessOf.get(id) ?? shardCount))),
    ]),
  );
}

/** Of the best chances the one that is safe to end first. */
function closest(trials: readonly Trial[]): Trial {
  const most = trials.reduce((highest, { chance }) => Math.max(highest, chance), 0);
  return trials
    .filter(({ chance }) => chance >= most - CHANCE_STEP)
    .reduce((first, trial) => (trial.safeEndAt < first.safeEndAt ? trial : first));
}

/** The counts with which every operation ends soonest. */
function asFastAsCanBe(request: CalibrationRequest): Sharding | undefined {
  const { sharding } = request;
  const workflow: Workflow = { ...sharding.workflow, objective: 'latency' };
  return careful({ ...request, sharding: { ...sharding, workflow } }, 0);
}

/** The shards with so much caution; nothing when no counts keep the deadline then. */
export function careful(
  { sharding }: CalibrationRequest,
  caution: number,
  counts?: ReadonlyMap<OperationId, number>,
): Sharding | undefined {
  try {
    return shardWorkflow({ ...sharding, caution, ...(counts && { counts }) });
  } catch (error) {
    if (errorName(error) !== 'DeadlineUnreachable') throw error;
    return undefined;
  }
}

function tryOut(request: CalibrationRequest, sharding: Sharding, random: Random): Trial {
  const { chance, safeEndAt = Number.POSITIVE_INFINITY } = planOf(request, sharding, { random, stated: false }).plan;
  return { sharding, chance, safeEndAt };
}

/** The plan that shards would get before any of them has run. */
export function planOf(
  { forecast, allocation, priority }: CalibrationRequest,
  { shards }: Sharding,
  { random, ...effort }: { readonly random: Random; readonly drawMax?: number; readonly stated?: boolean },
): { readonly request: AllocateRequest; readonly plan: Plan } {
  const needs = forecastShards({ ...forecast, shards }).shards;
  const open = shards.flatMap(({ id, operation, index, type, needs: waitsFor }, at) => {
    const need = needs[at]?.need;
    return need ? [{ id, operation, index, type, needs: waitsFor, need, memoryMinMiB: 0 }] : [];
  });
  const newTypes = [...new Set(shards.map(({ type }) => type))].filter((type) => !forecast.profiles.has(type));
  const request = { ...allocation, shards: open, newTypes };
  return {
    request,
    plan: allocate(request, random, { polish: false, priority, ...effort }),
  };
}
