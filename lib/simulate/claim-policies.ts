import type { EpochMs } from '../core/quantity.ts';
import { hopelessRuns } from '../plan/hopeless-runs.ts';
import { claimKey } from '../plan/rank-shards.ts';
import { type ActiveJob, pathLeft, workLeft } from './simulated-job.ts';

/** In which order ready shards are claimed: the smallest key first. */
export interface ClaimPolicy {
  readonly name: string;
  /** The key of every ready stage, asked again whenever a job comes or ends and at every tick. */
  keys(jobs: readonly ActiveJob[], slotCount: number, now: EpochMs): (job: ActiveJob, stage: number) => number;
}

const PRIORITY = 5;

/** The job that came first. */
export const firstCome: ClaimPolicy = {
  name: 'first come',
  keys:
    () =>
    ({ job }) =>
      job.arrivesAt,
};

/** The longest chain, whatever the deadline: right within a job, wrong across jobs. */
export const upwardRank: ClaimPolicy = {
  name: 'upward rank',
  keys:
    () =>
    ({ upwardMs }, stage) =>
      -(upwardMs[stage] ?? 0),
};

/** The earliest latest finish of the stage. */
export const earliestDeadline: ClaimPolicy = {
  name: 'earliest deadline',
  keys:
    () =>
    ({ job, upwardMs }, stage) =>
      job.deadlineAt - (upwardMs[stage] ?? 0) + (job.stages[stage]?.predictedMs ?? 0),
};

/** What Foreshard does: latest start, with those that cannot all be saved in the background. */
export const foreshardClaims: ClaimPolicy = {
  name: 'foreshard',
  keys(jobs, slotCount, now) {
    const demands = jobs.map((active) => ({
      run: String(active.number),
      deadlineAt: active.job.deadlineAt,
      workMs: workLeft(active),
      pathMs: pathLeft(active),
      reserveMs: pathLeft(active, active.slowUpwardMs) - pathLeft(active),
    }));
    const hopeless = hopelessRuns(demands, slotCount, now);
    return ({ job, number, upwardMs }, stage) =>
      claimKey(upwardMs[stage] ?? 0, {
        deadlineAt: job.deadlineAt,
        priority: PRIORITY,
        hopeless: hopeless.has(String(number)),
      });
  },
};
