import { describe, expect, it } from 'vitest';
import { type ReshardScene, simulateReshard } from '../../lib/simulate/simulate-reshard.ts';

const SCENE: ReshardScene = {
  trueMs: Array<number>(20).fill(10_000),
  predictedMs: 10_000,
  upperMs: 12_000,
  unitCount: 100,
  slotCount: 5,
  overheadMs: 300,
  looks: { monitorMinMs: 1_000, monitorMaxMs: 60_000 },
  prices: { slotUsdPerMs: 3e-8, latenessUsdPerMs: 1e-6, requestUsd: 4e-7, lateChance: 1 },
  reshards: true,
};

describe('simulateReshard', () => {
  it('runs as planned what goes as planned, and cuts nothing', () => {
    expect(simulateReshard(SCENE)).toEqual({
      finishMs: 40_000,
      workMs: 200_000,
      reshardCount: 0,
      addedMs: 0,
      regrettedCount: 0,
      copiesWon: 0,
    });
  });

  it('shares a shard that takes eight times as long among the slots that are idle', () => {
    const trueMs = SCENE.trueMs.with(19, 80_000);
    const left = simulateReshard({ ...SCENE, trueMs, reshards: false });
    expect(left.finishMs).toBe(110_000);
    const cut = simulateReshard({ ...SCENE, trueMs });
    // 40 s until the last turn ends, 70 s of it left for five slots: 54 s were ideal
    expect(cut.finishMs).toBeLessThan(1.25 * 54_000);
    expect(cut.reshardCount).toBeGreaterThan(0);
    expect(cut.regrettedCount).toBe(0);
    expect(cut.addedMs).toBeLessThan(0.05 * cut.workMs);
  });

  it('ends no later than the work and the overhead allow', () => {
    const trueMs = SCENE.trueMs.with(19, 80_000);
    const { finishMs, workMs, addedMs } = simulateReshard({ ...SCENE, trueMs });
    expect(finishMs).toBeGreaterThanOrEqual((workMs + addedMs) / SCENE.slotCount);
  });
});
