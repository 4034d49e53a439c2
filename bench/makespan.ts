import { ForeshardError } from '../lib/core/foreshard-error.ts';
import { type Random, seededRandom } from '../lib/core/random.ts';
import { standardNormal } from '../lib/core/standard-normal.ts';
import { improveSchedule } from '../lib/plan/improve-schedule.ts';
import { listSchedule } from '../lib/plan/list-schedule.ts';
import { makespanBound } from '../lib/plan/makespan-bound.ts';
import { type OrderedTasks, orderTasks } from '../lib/plan/order-tasks.ts';
import type { Schedule, ScheduleProblem } from '../lib/plan/schedule-problem.ts';
import { upwardRanks } from '../lib/plan/task-graph.ts';
import { scheduleFaults } from '../test/plan/schedule-faults.ts';
import type { Bench, BenchRow } from './bench.ts';
import { type RecordedTask, recordedWorkflows } from './data/recorded-workflows.ts';
import { zoneProblem } from './data/zone-problem.ts';
import { geometricMean, rounded } from './measures/figures.ts';
import { needData } from './need-data.ts';

const WORK_SHARES = [0.5, 1, 2];
const LOOKS_MAX = 9_000_000;
/** Spread of the log run time that the planner does not know: one error for each type, one for each task. */
const RUN_TIME_ERROR = 0.3;
const SEED = 20_261_124;
/** Draws of wrong run times for each case: one alone moves the mean of all cases by 0.4 %. */
const ERROR_DRAWS = 5;

interface Ratios {
  readonly list: number;
  readonly polished: number;
  readonly noisy: number;
  readonly polishMs: number;
}

/**
 * Recorded workflows on three zones of three sizes: makespan over the strong lower bound, for list scheduling in the
 * order that a plan chooses, for the polished schedule, and for list scheduling that plans with wrong run times. Every schedule is checked.
 * Times are CPU times: other work on the machine does not count.
 */
export const bench: Bench = {
  name: 'makespan',
  needs: '--data with workflows',
  takes: '90 s',
  async run({ data }) {
    needData(data, 'workflows');
    // two streams, so that the wrong run times do not depend on how much the polish draws
    const chance = { polish: seededRandom(SEED), errors: seededRandom(SEED + 1) };
    const rows: BenchRow[] = [];
    const all: Ratios[] = [];
    for (const { name, tasks } of recordedWorkflows(data ?? '')) {
      const ratios = WORK_SHARES.map((share) => measure(tasks, share, chance));
      all.push(...ratios);
      const polished = ratios.map((one) => rounded(one.polished));
      rows.push({
        workflow: name,
        tasks: tasks.length,
        'work/capacity = path/2': polished[0] ?? 0,
        '= path': polished[1] ?? 0,
        '= 2 paths': polished[2] ?? 0,
        'list alone': rounded(geometricMean(ratios.map((one) => one.list))),
        'wrong run times': rounded(geometricMean(ratios.map((one) => one.noisy))),
      });
    }
    const times = all.map(({ polishMs }) => polishMs).sort((a, b) => a - b);
    return {
      figures: {
        instances: all.length,
        polishedGeomean: geometricMean(all.map(({ polished }) => polished)),
        polishedWorst: Math.max(...all.map(({ polished }) => polished)),
        listGeomean: geometricMean(all.map(({ list }) => list)),
        noisyGeomean: geometricMean(all.map(({ noisy }) => noisy)),
        polishMedianMs: times[Math.floor(times.length / 2)] ?? 0,
        polishP95Ms: times[Math.floor(times.length * 0.95)] ?? 0,
      },
      targets: {
        polishedGeomean: { atMost: 1.007 },
        polishedWorst: { atMost: 1.15 },
        listGeomean: { atMost: 1.023 },
        noisyGeomean: { atMost: 1.046 },
        polishMedianMs: { atMost: 150 },
        polishP95Ms: { atMost: 150 },
      },
      table: rows,
    };
  },
};

interface Chance {
  readonly polish: Random;
  readonly errors: Random;
}

function measure(tasks: readonly RecordedTask[], workShare: number, chance: Chance): Ratios {
  const problem = zoneProblem(tasks, workShare);
  const keys = upwardRanks(problem.graph, problem.durationsMs).map((rank) => -rank);
  const list = checked(problem, ordered(problem, problem.durationsMs));
  const boundMs = makespanBound(problem, list.makespanMs);
  const before = process.cpuUsage();
  const polished = improveSchedule(problem, keys, { looksMax: LOOKS_MAX, boundMs, random: chance.polish });
  const { user, system } = process.cpuUsage(before);
  const polishMs = (user + system) / 1_000;
  const noisy = Array.from({ length: ERROR_DRAWS }, () => {
    const { ranksMs } = ordered(problem, withErrors(tasks, chance.errors));
    const claimed = listSchedule(
      problem,
      ranksMs.map((rank) => -rank),
    );
    return checked(problem, claimed).makespanMs / boundMs;
  });
  return {
    list: list.makespanMs / boundMs,
    polished: checked(problem, polished).makespanMs / boundMs,
    noisy: geometricMean(noisy),
    polishMs,
  };
}

/** The order that a plan chooses without trust in its run times, carried out as if they were right. */
function ordered(problem: ScheduleProblem, expectedMs: Float64Array): OrderedTasks {
  const random = seededRandom(SEED);
  const upwardMs = upwardRanks(problem.graph, expectedMs);
  return orderTasks({ ...problem, durationsMs: expectedMs }, { upwardMs, trusted: false, random });
}

function withErrors(tasks: readonly RecordedTask[], random: Random): Float64Array {
  const byType = new Map<string, number>();
  return Float64Array.from(tasks, ({ type, durationMs }) => {
    const shared = byType.get(type) ?? standardNormal(random);
    byType.set(type, shared);
    return durationMs * Math.exp(RUN_TIME_ERROR * (shared + standardNormal(random)));
  });
}

function checked(problem: ScheduleProblem, schedule: Schedule): Schedule {
  const faults = scheduleFaults(problem, schedule);
  if (faults.length > 0)
    throw new ForeshardError('InvariantBroken', `the schedule is not valid: ${faults.slice(0, 3).join('; ')}`);
  return schedule;
}
