import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../../bench/data/protocol-mutants.ts';
import { huntMutant } from '../../bench/measures/hunt-mutant.ts';
import { fewestThatFail } from '../simulation/fewest-that-fail.ts';
import { scenarioOf } from '../simulation/scenario.ts';
import { simulateRun } from '../simulation/simulate-run.ts';

describe('fewestThatFail', () => {
  it('is left with exactly what it takes, in its order, whatever surrounds it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 80 }), fc.nat(), async (all, pick) => {
        const culprits = all.filter((_, at) => (at + pick) % 7 === 0);
        const fails = async (kept: readonly number[]) => culprits.every((one) => kept.includes(one));
        expect(await fewestThatFail(all, fails, 10_000)).toEqual(culprits);
      }),
    );
  });

  it('gives what it has when its tries are over', async () => {
    let tries = 0;
    const fails = async () => {
      tries += 1;
      return true;
    };
    expect(await fewestThatFail([1, 2, 3, 4, 5, 6, 7, 8], fails, 1)).toEqual([5, 6, 7, 8]);
    expect(tries).toBe(1);
  });
});

describe('a list of faults', () => {
  it('repeats the run that it comes from', async () => {
    const first = await simulateRun(scenarioOf(7), { history: true });
    expect(first.faults.length).toBeGreaterThan(3);
    const again = await simulateRun({ ...scenarioOf(7), onlyFaults: new Set(first.faults) }, { history: true });
    expect(again.history).toEqual(first.history);
  });

  it('that is empty lets nothing go wrong', async () => {
    const calm = await simulateRun({ ...scenarioOf(7), onlyFaults: new Set() });
    expect(calm.faults).toEqual([]);
  });
});

describe('a protocol that was broken', () => {
  it('is shown by a history with no more faults than it takes', { timeout: 120_000 }, async () => {
    const mutant = MUTANTS.find(({ name }) => name === 'a tail is opened without its cut');
    if (!mutant) throw new Error('the mutant has another name now');
    const { failed } = await huntMutant(mutant, 100);
    const untouched = await simulateRun(scenarioOf(failed?.scenario.seed ?? 0));
    expect(untouched.violation).toBeUndefined();
    expect(failed?.faults.length).toBeLessThan(untouched.faults.length);
    expect(failed?.history.length).toBeLessThan(untouched.stepCount / 2);
    expect(failed?.history.at(-1)).toBe(`VIOLATION ${failed?.violation}`);
  });
});
