import { describe, expect, it } from 'vitest';
import { type CalibrationCase, calibrationCases } from '../../bench/data/calibration-cases.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { type CalibrationRequest, calibrateSharding, planOf } from '../../lib/plan/calibrate-sharding.ts';
import { shardWorkflow } from '../../lib/shards/shard-workflow.ts';

const ASKED = 0.95;

function cut(request: CalibrationRequest) {
  const sharding = calibrateSharding(request, () => seededRandom(1));
  return { sharding, chance: planOf(request, sharding, { random: seededRandom(2) }).plan.chance };
}

function caseOf(name: string, trust: string, looseness: number): CalibrationCase {
  const [found] = calibrationCases((one) => one.name === name && one.trust === trust && one.looseness === looseness);
  if (!found) throw new Error(`no case '${name}, ${trust}, ${looseness}'`);
  return found;
}

describe('calibrateSharding', () => {
  it.each([
    ['stage, 24 slots', 'profile, 40 %', 8],
    ['chain, 24 slots', 'profile, 40 %', 3],
    ['branches, 24 slots', 'profile, 10 %', 3],
    ['diamond, 24 slots', 'estimates', 8],
  ])('keeps the asked chance, by other chance than it was made with: %s, %s, %d', (name, trust, looseness) => {
    const { request } = caseOf(name, trust, looseness);
    const { sharding, chance } = cut(request);
    expect(chance).toBeGreaterThan(ASKED - 0.02);
    // with predictions taken for certain it would not
    const certain = shardWorkflow({ ...request.sharding, caution: 0 });
    expect(certain.shards.length).toBeLessThan(sharding.shards.length);
    expect(planOf(request, certain, { random: seededRandom(2) }).plan.chance).toBeLessThan(ASKED - 0.02);
  });

  it('takes the fewest that predictions ask for when they keep the chance already', () => {
    const { request } = caseOf('stage, 200 slots', 'profile, 10 %', 1.5);
    const { sharding, chance } = cut(request);
    const timeLeftMs = request.sharding.timeLeftMs - request.allocation.startDelayMs;
    const certain = shardWorkflow({ ...request.sharding, timeLeftMs, caution: 0 });
    expect(sharding.shards.length).toBe(certain.shards.length);
    expect(chance).toBeGreaterThanOrEqual(ASKED);
  });

  it('gives the best chance that it finds when no counts keep the deadline so surely', () => {
    const { request } = caseOf('stage, 24 slots', 'guess', 3);
    const { chance } = cut(request);
    const certain = shardWorkflow({ ...request.sharding, caution: 0 });
    expect(chance).toBeLessThan(ASKED);
    expect(chance).toBeGreaterThan(2 * planOf(request, certain, { random: seededRandom(2) }).plan.chance);
  });

  it('refuses what is late even if everything takes what is predicted', () => {
    const { request } = caseOf('stage, 24 slots', 'guess', 3);
    const late = { ...request, sharding: { ...request.sharding, timeLeftMs: request.sharding.timeLeftMs / 4 } };
    expect(() => cut(late)).toThrow(expect.objectContaining({ name: 'DeadlineUnreachable' }));
  });

  it('leaves the counts of `latency` alone', () => {
    const { request } = caseOf('diamond, 24 slots', 'estimates', 3);
    const workflow = { ...request.sharding.workflow, objective: 'latency' as const };
    const sharding = { ...request.sharding, workflow };
    expect(cut({ ...request, sharding }).sharding.operations.map(({ shardCount }) => shardCount)).toEqual(
      shardWorkflow({ ...sharding, caution: 0 }).operations.map(({ shardCount }) => shardCount),
    );
  });
});
