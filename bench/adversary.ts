import { seededRandom } from '../lib/core/random.ts';
import { listSchedule } from '../lib/plan/list-schedule.ts';
import { type OrderedTasks, orderTasks } from '../lib/plan/order-tasks.ts';
import type { ScheduleProblem } from '../lib/plan/schedule-problem.ts';
import { upwardRanks } from '../lib/plan/task-graph.ts';
import type { Bench } from './bench.ts';
import { searchWorst } from './data/adversary.ts';
import { plannedOverFirstCome } from './data/planned-slots.ts';
import type { RecordedTask } from './data/recorded-workflows.ts';
import { zoneProblem } from './data/zone-problem.ts';
import { rounded } from './measures/figures.ts';

const SEED = 20_261_124;
const START_COUNT = 48;
const STEP_COUNT = 500;
/** Work over capacity, as a share of the critical path: where the order counts most. */
const WORK_SHARE = 1;

/**
 * Looks for workflows on which a schedule of ours is longer than that of first come, first served: the order that a plan
 * chooses when run times are known and when they are not, on zones; whole plans on the slots of pools; and, to compare,
 * upward ranks alone.
 */
export const bench: Bench = {
  name: 'adversary',
  needs: 'nothing',
  takes: '40 s',
  async run() {
    const ranked = lost(
      overFirstCome((problem) =>
        listSchedule(
          problem,
          ranks(problem).map((rank) => -rank),
        ),
      ),
    );
    const list = lost(overFirstCome((problem) => ordered(problem, false)));
    const polished = lost(overFirstCome((problem) => ordered(problem, true)));
    const plan = lost((tasks) => plannedOverFirstCome(tasks, seededRandom(SEED)));
    const row = (schedule: string, { score, tasks }: ReturnType<typeof lost>) => ({
      schedule,
      'searches × steps': `${START_COUNT} × ${STEP_COUNT}`,
      'worst over FIFO': rounded(score),
      tasks: tasks.length,
    });
    return {
      figures: {
        upwardRankOverFifo: ranked.score,
        listOverFifo: list.score,
        polishedOverFifo: polished.score,
        planOverFifo: plan.score,
      },
      targets: {
        listOverFifo: { atMost: 1.05 },
        polishedOverFifo: { atMost: 1.05 },
        planOverFifo: { atMost: 1.05 },
      },
      table: [
        row('upward rank alone', ranked),
        row('order of a plan, run times unknown', list),
        row('order of a plan, run times known', polished),
        row('plan, slots of three tiers', plan),
      ],
    };
  },
};

function overFirstCome(schedule: (problem: ScheduleProblem) => { readonly makespanMs: number }) {
  return (tasks: readonly RecordedTask[]) => {
    const problem = zoneProblem(tasks, WORK_SHARE);
    const arrivals = Float64Array.from(tasks, (_, task) => task);
    return schedule(problem).makespanMs / listSchedule(problem, arrivals).makespanMs;
  };
}

function lost(score: (tasks: readonly RecordedTask[]) => number) {
  return searchWorst(score, { startCount: START_COUNT, stepCount: STEP_COUNT, random: seededRandom(SEED) });
}

function ordered(problem: ScheduleProblem, trusted: boolean): OrderedTasks {
  return orderTasks(problem, { upwardMs: ranks(problem), trusted, random: seededRandom(SEED) });
}

function ranks({ graph, durationsMs }: ScheduleProblem): Float64Array {
  return upwardRanks(graph, durationsMs);
}
