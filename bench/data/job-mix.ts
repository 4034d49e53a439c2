import type { Random } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';
import type { ShardSpread } from '../../lib/shards/shard-spread.ts';
import { slowestFactor } from '../../lib/shards/slowest-factor.ts';
import { type SimulatedJob, type SimulatedStage, upwardChains } from '../../lib/simulate/simulated-job.ts';

export interface JobMix {
  readonly jobCount: number;
  /** Mean work that arrives per millisecond, in slots. */
  readonly load: number;
  /** True: one tenth of the time has five times the arrivals of the rest. */
  readonly bursty: boolean;
  /** Spread of the log of real over predicted shard durations. */
  readonly sigma: number;
  /** Deadlines are a minute and between the first and the second of these times the job's real longest chain. */
  readonly looseness: readonly [number, number];
}

const BURST_FACTOR = 5;
const BURST_SHARE = 0.1;
const BURST_PERIOD_MS = 3_600_000;
/** 1 in 50 shards is a straggler, 2 to 8 times as long. */
const STRAGGLER_SHARE = 0.02;
/** The planner keeps a reserve that is enough in two cases of three. */
const SLOW_LEVEL = 2 / 3;

/**
 * Jobs of two to six stages with 1 to 60 shards of 5 to 60 s, sizes heavy-tailed. Every deadline can be met when every
 * shard has a slot, though the planner does not know the real times.
 */
export function jobMix({ jobCount, load, bursty, sigma, looseness }: JobMix, random: Random): readonly SimulatedJob[] {
  const drafts = Array.from({ length: jobCount }, () => stagesOf(sigma, random));
  const workMs = drafts.flat().reduce((sum, { actualMs }) => sum + actualMs.reduce((a, b) => a + b, 0), 0);
  const gapMs = workMs / jobCount / load;
  let at = 0;
  return drafts.map((stages) => {
    at += -Math.log(1 - random()) * gapMs * (bursty ? gapFactor(at) : 1);
    const pathMs = upwardChains(stages.map(slowest)).reduce((longest, chain) => Math.max(longest, chain), 0);
    return {
      arrivesAt: at,
      deadlineAt: at + 60_000 + pathMs * (looseness[0] + (looseness[1] - looseness[0]) * random()),
      stages,
    };
  });
}

function slowest(stage: SimulatedStage): SimulatedStage {
  return { ...stage, predictedMs: stage.actualMs.reduce((most, actualMs) => Math.max(most, actualMs), 0) };
}

function gapFactor(at: number): number {
  const calm = 1 + BURST_SHARE * (BURST_FACTOR - 1);
  return at % BURST_PERIOD_MS < BURST_SHARE * BURST_PERIOD_MS ? calm / BURST_FACTOR : calm;
}

function stagesOf(sigma: number, random: Random): readonly SimulatedStage[] {
  const stageCount = 2 + Math.floor(random() * 5);
  const size = Math.min(60, Math.ceil(3 / (1 - random()) ** 0.8));
  return Array.from({ length: stageCount }, (_, stage) => {
    const shardCount = Math.max(1, Math.round(size * (0.3 + random())));
    const predictedMs = 5_000 * 12 ** random();
    const actualMs = Array.from({ length: shardCount }, () => {
      const straggles = random() < STRAGGLER_SHARE ? 2 + 6 * random() : 1;
      return predictedMs * Math.exp(sigma * standardNormal(random) - (sigma * sigma) / 2) * straggles;
    });
    const slowMs = predictedMs * slowestFactor(spreadOf(sigma), SLOW_LEVEL)(shardCount);
    const before = stage === 0 ? [] : [...new Set([stage - 1, Math.floor(random() * stage)])];
    return { before, actualMs, predictedMs, slowMs };
  });
}

/** As a profile would tell it: here every shard has an error of its own. */
function spreadOf(sigma: number): ShardSpread {
  return { sigma, sharedVariance: 0, stragglerShare: STRAGGLER_SHARE, speculation: false };
}
