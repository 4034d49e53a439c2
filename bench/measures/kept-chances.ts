import { type SimulatablePlan, simulatePlan } from '../../lib/cli/simulate-plan.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { calibrateSharding, planOf } from '../../lib/plan/calibrate-sharding.ts';
import type { CalibrationCase } from '../data/calibration-cases.ts';

/** What was asked of a plan, what it promised and what it kept. */
export interface KeptChance {
  readonly name: string;
  readonly trust: string;
  readonly looseness: number;
  readonly shardCount: number;
  readonly asked: number;
  /** The chance that the plan states. */
  readonly stated: number;
  /** Share of simulations that met the deadline, by other chance than the plan was made with. */
  readonly kept: number;
  /** CPU time of finding the counts. */
  readonly countingMs: number;
}

const COUNTING_SEED = 1;
const PLAN_SEED = 20_000;
const CHECK_SEED = 40_000;
const MORE_SEED = 60_000;

/** How exactly a plan is checked. */
export interface ChanceCheck {
  /** Simulations of each plan, at the least. */
  readonly repeatCount: number;
  /** Of the share in time: there are more simulations where it is near one half. */
  readonly standardError: number;
}

/** Cuts and plans each case, and runs its plan many times, by seeds of their own. */
export function keptChances(cases: readonly CalibrationCase[], check: ChanceCheck): readonly KeptChance[] {
  return cases.map(({ request, ...named }, index) => {
    const before = process.cpuUsage();
    const sharding = calibrateSharding(request, () => seededRandom(COUNTING_SEED));
    const { user, system } = process.cpuUsage(before);
    const tried = planOf(request, sharding, { random: seededRandom(PLAN_SEED + index) });
    return {
      ...named,
      shardCount: sharding.shards.length,
      asked: request.sharding.chance,
      stated: tried.plan.chance,
      kept: shareInTime({ ...tried, pools: tried.request.pools }, index, check),
      countingMs: (user + system) / 1_000,
    };
  });
}

function shareInTime(tried: SimulatablePlan, index: number, { repeatCount, standardError }: ChanceCheck): number {
  const shareOf = (seed: number, count: number) =>
    simulatePlan(tried, {
      controller: 'foreshard',
      stragglerShare: 0,
      noise: 1,
      seed: seed + index,
      repeatCount: count,
      leaseMs: 0,
    }).chance;
  const first = shareOf(CHECK_SEED, repeatCount);
  const moreCount = Math.ceil((first * (1 - first)) / standardError ** 2) - repeatCount;
  if (moreCount <= 0) return first;
  return (repeatCount * first + moreCount * shareOf(MORE_SEED, moreCount)) / (repeatCount + moreCount);
}
