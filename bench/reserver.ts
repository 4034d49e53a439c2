import { ForeshardError } from '../lib/core/foreshard-error.ts';
import { type Random, seededRandom } from '../lib/core/random.ts';
import { applyConcurrency } from '../lib/plan/apply-concurrency.ts';
import type { ConcurrencyDemand } from '../lib/plan/concurrency-demand.ts';
import { RECONCILE_RULES, reconcileConcurrency } from '../lib/plan/reconcile-concurrency.ts';

const SEED = 20_261_124;
const RUN_COUNT = 200;
const FUNCTION_COUNT = 12;
const PLAN_COUNT = 20;
const TICK_MS = 60_000;
const FAULT_RATE = 0.2;
const ACCOUNT_RESERVABLE = 900;
const SETTLING_TICKS_MAX = 10;
const SECOND_MS = 1_000;

/** The reserver against a control plane that throttles and fails: what it writes, and how soon it is right again. */
export const bench = {
  name: 'reserver',
  needs: 'nothing',
  takes: '5 s',
  async run() {
    const runs: Outcome[] = [];
    for (let index = 0; index < RUN_COUNT; index += 1) runs.push(await simulate(seededRandom(SEED + index)));
    const worst = (of: (run: Outcome) => number) => Math.max(...runs.map(of));
    const figures = {
      violationCount: runs.reduce((sum, { violationCount }) => sum + violationCount, 0),
      writesPerSecondMax: worst(({ writesAt }) => mostInOneSecond(writesAt)),
      settlingTicksMax: worst(({ settlingTicks }) => settlingTicks),
      writesPerPlanMean: runs.reduce((sum, { writesAt }) => sum + writesAt.length, 0) / (RUN_COUNT * PLAN_COUNT),
    };
    return {
      figures,
      targets: {
        violationCount: { atMost: 0 },
        writesPerSecondMax: { atMost: 3 },
        settlingTicksMax: { atMost: SETTLING_TICKS_MAX - 1 },
      },
      table: [{ seed: SEED, runs: RUN_COUNT, 'plans a run': PLAN_COUNT, 'faults, share': FAULT_RATE, ...figures }],
    };
  },
};

interface Outcome {
  readonly writesAt: readonly number[];
  /** Writes that exceeded the account, or took from a running plan. */
  readonly violationCount: number;
  /** Reconciliations after the last change of the plans until there was nothing left to do. */
  readonly settlingTicks: number;
}

async function simulate(random: Random): Promise<Outcome> {
  const reserved = new Map<string, number>();
  const writesAt: number[] = [];
  let [now, lastWriteAt, violationCount] = [0, -SECOND_MS, 0];
  let surplusSince: ReadonlyMap<string, number> = new Map();
  const left = () => ACCOUNT_RESERVABLE - [...reserved.values()].reduce((sum, count) => sum + count, 0);
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const tick = async (demands: readonly ConcurrencyDemand[], faultRate: number): Promise<number> => {
    const needs = new Map(demands.map(({ functionName, needCount }) => [functionName, needCount]));
    const reserve = async (name: string, to: number | undefined) => {
      writesAt.push(now);
      const growth = (to ?? 0) - (reserved.get(name) ?? 0);
      if (growth > left() || (growth < 0 && (to ?? 0) < (needs.get(name) ?? 0))) violationCount += 1;
      if (random() < faultRate) throw new ForeshardError(random() < 0.5 ? 'Throttled' : 'StoreUnavailable', 'fault');
      if (to === undefined) reserved.delete(name);
      else reserved.set(name, to);
    };
    const before = { observed: new Map(reserved), reservableLeft: left(), now };
    const reconciled = reconcileConcurrency({ demands, ...before, surplusSince });
    const plane = { functions: { reserve }, clock, lastWriteAt, reservableLeft: before.reservableLeft };
    ({ lastWriteAt } = await applyConcurrency(reconciled.steps, plane));
    ({ surplusSince } = reconciled);
    return reconciled.steps.length;
  };
  let demands: readonly ConcurrencyDemand[] = [];
  for (let plan = 0; plan < PLAN_COUNT; plan += 1) {
    demands = randomDemands(random);
    await tick(demands, FAULT_RATE);
    now += TICK_MS * random() * 3;
  }
  let settlingTicks = 0;
  now += RECONCILE_RULES.coolDownMs;
  while (settlingTicks < SETTLING_TICKS_MAX && (await tick(demands, 0)) > 0) {
    settlingTicks += 1;
    now += RECONCILE_RULES.coolDownMs;
  }
  return { writesAt, violationCount, settlingTicks };
}

function randomDemands(random: Random): readonly ConcurrencyDemand[] {
  return Array.from({ length: FUNCTION_COUNT }, (_, index) => {
    const needCount = random() < 0.3 ? 0 : Math.floor(random() * 120);
    const desiredCount = needCount + Math.floor(random() * 40);
    return { functionName: `worker-${index}`, needCount, desiredCount, deadlineAt: Math.floor(random() * 10) };
  });
}

function mostInOneSecond(writesAt: readonly number[]): number {
  return Math.max(0, ...writesAt.map((at) => writesAt.filter((other) => other >= at && other < at + SECOND_MS).length));
}
