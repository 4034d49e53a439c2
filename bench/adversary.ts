import { seededRandom } from '../lib/core/random.ts';
import { improveSchedule } from '../lib/plan/improve-schedule.ts';
import { listSchedule } from '../lib/plan/list-schedule.ts';
import type { ScheduleProblem } from '../lib/plan/schedule-problem.ts';
import { upwardRanks } from '../lib/plan/task-graph.ts';
import type { Bench } from './bench.ts';
import { searchWorst } from './data/adversary.ts';
import type { RecordedTask } from './data/recorded-workflows.ts';
import { zoneProblem } from './data/zone-problem.ts';
import { rounded } from './measures/figures.ts';

const SEED = 20_261_124;
const START_COUNT = 12;
const STEP_COUNT = 250;
const LOOKS_MAX = 50_000;
/** Work over capacity, as a share of the critical path: where the order counts most. */
const WORK_SHARE = 1;

/**
 * Looks for workflows on which a schedule of ours is longer than that of first come, first served: list scheduling by
 * upward rank, which is what a plan uses, and the polished schedule.
 */
export const bench: Bench = {
  name: 'adversary',
  needs: 'nothing',
  takes: '60 s',
  async run() {
    const list = lost((problem) => listSchedule(problem, ranks(problem)).makespanMs);
    const polished = lost((problem) => {
      const random = seededRandom(SEED);
      return improveSchedule(problem, ranks(problem), { looksMax: LOOKS_MAX, boundMs: 0, random }).makespanMs;
    });
    const row = (schedule: string, { score, tasks }: ReturnType<typeof lost>) => ({
      schedule,
      'searches × steps': `${START_COUNT} × ${STEP_COUNT}`,
      'worst over FIFO': rounded(score),
      tasks: tasks.length,
    });
    return {
      figures: { listOverFifo: list.score, polishedOverFifo: polished.score },
      targets: { listOverFifo: { atMost: 1.05 }, polishedOverFifo: { atMost: 1.05 } },
      table: [row('list by upward rank', list), row('polished', polished)],
    };
  },
};

function lost(makespanMs: (problem: ScheduleProblem) => number) {
  const score = (tasks: readonly RecordedTask[]) => {
    const problem = zoneProblem(tasks, WORK_SHARE);
    const arrivals = Float64Array.from(tasks, (_, task) => task);
    return makespanMs(problem) / listSchedule(problem, arrivals).makespanMs;
  };
  return searchWorst(score, { startCount: START_COUNT, stepCount: STEP_COUNT, random: seededRandom(SEED) });
}

function ranks({ graph, durationsMs }: ScheduleProblem): Float64Array {
  return upwardRanks(graph, durationsMs).map((rank) => -rank);
}
