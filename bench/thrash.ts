import { seededRandom } from '../lib/core/random.ts';
import { standardNormal } from '../lib/core/standard-normal.ts';
import { workerCost } from '../lib/plan/price.ts';
import { type ReshardScene, simulateReshard } from '../lib/simulate/simulate-reshard.ts';
import type { Bench, BenchRow } from './bench.ts';
import { rounded } from './measures/figures.ts';

const SHARD_COUNT = 1_000;
const SLOT_COUNT = 100;
const SEED_COUNT = 10;
const MEAN_MS = 30_000;
/** Relative standard deviation of the durations; the predictor knows their mean and this spread, and nothing else. */
const NOISE = 0.3;
const SIGMA = Math.sqrt(Math.log(1 + NOISE ** 2));
/** Upper end of the 90 % interval of that lognormal. */
const UPPER_MS = MEAN_MS * Math.exp(1.645 * SIGMA - SIGMA ** 2 / 2);
const FACTOR = 8;

const SCENE = {
  predictedMs: MEAN_MS,
  upperMs: UPPER_MS,
  unitCount: 200,
  slotCount: SLOT_COUNT,
  overheadMs: 300,
  looks: { monitorMinMs: 1_000, monitorMaxMs: 60_000 },
} as const;

/** Of a run with time to spare, and of one that is late with every second. */
const PRICES = { slotUsdPerMs: workerCost(1_769, 1), latenessUsdPerMs: 1e-6, requestUsd: 4e-7 };

interface Case {
  readonly name: string;
  readonly lateChance: number;
  /** `worker`: the data are like any other, and nothing can be cut off the shard. */
  readonly slow: 'none' | 'known' | 'unknown' | 'worker';
  readonly reshards: boolean;
}

const CASES: readonly Case[] = [
  { name: 'noise, in time', lateChance: 0, slow: 'none', reshards: true },
  { name: 'noise, late', lateChance: 1, slow: 'none', reshards: true },
  { name: '8 x straggler, known', lateChance: 1, slow: 'known', reshards: true },
  { name: '8 x straggler, with re-sharding', lateChance: 1, slow: 'unknown', reshards: true },
  { name: '8 x straggler, without', lateChance: 1, slow: 'unknown', reshards: false },
  { name: '8 x slow worker, with copies', lateChance: 1, slow: 'worker', reshards: true },
  { name: '8 x slow worker, without', lateChance: 1, slow: 'worker', reshards: false },
];

/** 1,000 shards on 100 slots in virtual time, ten seeds: what re-sharding costs under noise alone, and what it saves. */
export const bench: Bench = {
  name: 'thrash',
  needs: 'nothing',
  takes: '20 s',
  async run() {
    const measured = new Map(CASES.map((one) => [one.name, measure(one)]));
    const of = (name: string) => measured.get(name) ?? measure({ name, lateChance: 0, slow: 'none', reshards: true });
    const known = of('8 x straggler, known').finishes;
    const ratios = (name: string) => of(name).finishes.map((finishMs, seed) => finishMs / (known[seed] ?? 1));
    const withReshards = of('8 x straggler, with re-sharding');
    return {
      figures: {
        addedWorkShare: Math.max(of('noise, in time').addedShare, of('noise, late').addedShare),
        stragglerOverKnownWorst: Math.max(...ratios('8 x straggler, with re-sharding')),
        withoutOverKnownLeast: Math.min(...ratios('8 x straggler, without')),
        copiedOverKnownWorst: Math.max(...ratios('8 x slow worker, with copies')),
        uncopiedOverKnownLeast: Math.min(...ratios('8 x slow worker, without')),
        copiesShare: of('8 x slow worker, with copies').addedShare,
        regrettedShare: withReshards.regretted / Math.max(1, withReshards.reshards),
      },
      targets: {
        addedWorkShare: { atMost: 0.01 },
        stragglerOverKnownWorst: { atMost: 1.25 },
        withoutOverKnownLeast: { atLeast: 1.25 },
        copiedOverKnownWorst: { atMost: 1.25 },
        uncopiedOverKnownLeast: { atLeast: 1.25 },
        copiesShare: { atMost: 0.025 },
        regrettedShare: { atMost: 0.05 },
      },
      table: CASES.map(({ name }) => of(name).row),
    };
  },
};

interface Measured {
  readonly finishes: readonly number[];
  /** Overhead of what was cut off over the work. */
  readonly addedShare: number;
  readonly reshards: number;
  readonly regretted: number;
  readonly row: BenchRow;
}

function measure({ name, lateChance, slow, reshards }: Case): Measured {
  const outcomes = Array.from({ length: SEED_COUNT }, (_, seed) => {
    const scene: ReshardScene = {
      ...SCENE,
      trueMs: durations(seed, slow),
      ...(slow === 'worker' && { unitCount: 1, freshMs: MEAN_MS }),
      prices: { ...PRICES, lateChance },
      reshards,
    };
    return simulateReshard(scene);
  });
  const sum = (of: (outcome: (typeof outcomes)[number]) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const added = sum(({ addedMs }) => addedMs) / sum(({ workMs }) => workMs);
  const finishes = outcomes.map(({ finishMs }) => finishMs);
  const reshardCount = sum(({ reshardCount }) => reshardCount);
  const regretted = sum(({ regrettedCount }) => regrettedCount);
  return {
    finishes,
    addedShare: added,
    reshards: reshardCount,
    regretted,
    row: {
      case: name,
      'finish, s': rounded(sum(({ finishMs }) => finishMs) / SEED_COUNT / 1_000, 1),
      're-shards a run': rounded(reshardCount / SEED_COUNT, 1),
      'added work, %': rounded(100 * added, 3),
      regretted,
    },
  };
}

/** The slow shard begins in the last turn; known, it is cut into eight that are as long as the others. */
function durations(seed: number, slow: Case['slow']): readonly number[] {
  const random = seededRandom(seed + 1);
  const all = Array.from(
    { length: SHARD_COUNT },
    () => MEAN_MS * Math.exp(SIGMA * standardNormal(random) - SIGMA ** 2 / 2),
  );
  if (slow === 'none') return all;
  const at = SHARD_COUNT - 1 - Math.floor(random() * SLOT_COUNT);
  const parts = slow === 'known' ? Array<number>(FACTOR).fill(MEAN_MS) : [FACTOR * MEAN_MS];
  return all.toSpliced(at, 1, ...parts);
}
