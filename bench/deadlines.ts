import { seededRandom } from '../lib/core/random.ts';
import { fixedSlots } from '../lib/simulate/capacity-controllers.ts';
import {
  type ClaimPolicy,
  earliestDeadline,
  firstCome,
  foreshardClaims,
  upwardRank,
} from '../lib/simulate/claim-policies.ts';
import { simulateCluster } from '../lib/simulate/simulate-cluster.ts';
import type { Bench, BenchRow } from './bench.ts';
import { jobMix } from './data/job-mix.ts';
import { rounded } from './measures/figures.ts';

const LOADS = [0.8, 1.1];
const SLOTS = 100;
const JOBS = 600;
const SEEDS = 10;
const SIGMA = 0.25;
const POLICIES: readonly ClaimPolicy[] = [firstCome, upwardRank, earliestDeadline, foreshardClaims];

/** Deadline hits of many jobs on 100 fixed slots at two loads, by the order in which shards are claimed: ten seeds. */
export const bench: Bench = {
  name: 'deadlines',
  needs: 'nothing',
  takes: '60 s',
  async run() {
    const rows: BenchRow[] = [];
    const figures: Record<string, number> = {};
    for (const load of LOADS) {
      for (const policy of POLICIES) {
        const outcomes = Array.from({ length: SEEDS }, (_, seed) => {
          const jobs = jobMix(
            { jobCount: JOBS, load: load * SLOTS, bursty: false, sigma: SIGMA, looseness: [1.5, 4] as const },
            seededRandom(seed),
          );
          return simulateCluster({ jobs, policy, controller: fixedSlots(SLOTS), tickMs: 15_000, provisionMs: 0 });
        });
        const hits = outcomes.map(({ hitCount, jobCount }) => hitCount / jobCount);
        const share = mean(hits);
        const work = mean(outcomes.map(({ hitWorkShare }) => hitWorkShare));
        rows.push({
          load,
          order: policy.name,
          'hits %': rounded(100 * share, 2),
          '± (95 %)': rounded(196 * Math.sqrt(mean(hits.map((hit) => (hit - share) ** 2)) / (SEEDS - 1)), 2),
          'work in time %': rounded(100 * work, 2),
        });
        if (policy === foreshardClaims) figures[`hitsAt${Math.round(100 * load)}`] = share;
      }
    }
    return { figures, targets: { hitsAt80: { atLeast: 0.999 }, hitsAt110: { atLeast: 0.99 } }, table: rows };
  },
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
