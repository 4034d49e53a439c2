import { fewestThatFail } from './fewest-that-fail.ts';
import { type Scenario, scenarioOf, smaller } from './scenario.ts';
import { simulateIntake } from './simulate-intake.ts';
import { simulateLedger } from './simulate-ledger.ts';
import { simulateReserver } from './simulate-reserver.ts';
import { type SimulatedRun, simulateRun } from './simulate-run.ts';
import { simulateSlots } from './simulate-slots.ts';

export interface SeedSearch {
  readonly seedCount: number;
  readonly stepCount: number;
  /** How the runs ended. */
  readonly completeCount: number;
  readonly stuckCount: number;
  /** The first run that went wrong. */
  readonly failed: SimulatedRun | undefined;
}

/** What is simulated of a seed beside the commit protocol; slots and intakes, which take longest, of every other one. */
function besides(seed: number) {
  return [simulateLedger, seed % 2 === 0 ? simulateSlots : simulateIntake, simulateReserver];
}

/** Simulates the commit protocol and what lies around it, one seed after the other, until one goes wrong. */
export async function searchSeeds({
  from,
  count,
}: {
  readonly from: number;
  readonly count: number;
}): Promise<SeedSearch> {
  const search = { seedCount: 0, stepCount: 0, completeCount: 0, stuckCount: 0 };
  for (let seed = from; seed < from + count; seed += 1) {
    const run = await simulateRun(scenarioOf(seed));
    search.seedCount += 1;
    search.stepCount += run.stepCount;
    if (run.violation !== undefined) return { ...search, failed: await shortest(run, simulateRun) };
    for (const simulate of besides(seed)) {
      const other = await simulate(scenarioOf(seed));
      search.stepCount += other.stepCount;
      if (other.violation !== undefined) return { ...search, failed: await shortest(other, simulate) };
    }
    if (run.outcome === 'complete') search.completeCount += 1;
    if (run.outcome === 'stuck') search.stuckCount += 1;
  }
  return { ...search, failed: undefined };
}

/** Simulations that are spent on making a failure shorter. */
const SHORTENINGS_MAX = 400;

/** Takes away actors, kinds of faults and operations, then single faults, as long as the run still goes wrong. */
async function shortest(failed: SimulatedRun, simulate: typeof simulateRun): Promise<SimulatedRun> {
  let best = failed;
  let left = SHORTENINGS_MAX;
  for (let shrunk = true; shrunk; ) {
    shrunk = false;
    for (const scenario of smaller(best.scenario)) {
      left -= 1;
      if (left <= 0) break;
      const run = await simulate(scenario);
      if (run.violation === undefined || run.stepCount >= best.stepCount) continue;
      best = run;
      shrunk = true;
      break;
    }
  }
  const scenario = await withFewestFaults(best, simulate);
  return simulate(scenario, { history: true });
}

async function withFewestFaults({ scenario, faults }: SimulatedRun, simulate: typeof simulateRun): Promise<Scenario> {
  const only = (kept: readonly string[]): Scenario => ({ ...scenario, onlyFaults: new Set(kept) });
  const fails = async (kept: readonly string[]) => (await simulate(only(kept))).violation !== undefined;
  return only(await fewestThatFail(faults, fails, SHORTENINGS_MAX));
}

/** A failure in lines: the seed, what is left of its scenario, the faults that it takes, what happened, and what was broken. */
export function failureText({ scenario, violation, faults, history, stepCount }: SimulatedRun): string {
  return [
    `seed ${scenario.seed}: ${violation} (${stepCount} events)`,
    `scenario: ${JSON.stringify(shape(scenario))}`,
    `faults: ${faults.join(', ') || 'none'}`,
    ...history,
  ].join('\n');
}

function shape({ operations, shards, onlyFaults: _listed, ...rest }: Scenario) {
  return { ...rest, operations: operations.map(({ id, after }) => ({ id, after })), shards: shards.length };
}
