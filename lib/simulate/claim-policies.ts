import type { EpochMs } from '../core/quantity.ts';
import { hopelessRuns } from '../plan/hopeless-runs.ts';
import { latestStart, type PriorityPolicy } from '../plan/priority-policy.ts';
import { type ActiveJob, pathLeft, workLeft } from './simulated-job.ts';

/** In which order ready shards are claimed: the smallest key first. */
export interface ClaimPolicy {
  readonly name: string;
  /**
   * The key of every ready stage, asked again whenever a job comes or ends and at every tick.
   *
   * @param slotCount slots that there are; infinite where more can come
   */
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
export const foreshardClaims = claimPolicyOf(latestStart);

/** The order of an installation, for the simulation: those that cannot all be saved are called hopeless. */
export function claimPolicyOf(policy: PriorityPolicy): ClaimPolicy {
  return { name: policy.name, keys: (jobs, slotCount, now) => keysBy(policy, jobs, { slotCount, now }) };
}

function keysBy(
  policy: PriorityPolicy,
  jobs: readonly ActiveJob[],
  { slotCount, now }: { readonly slotCount: number; readonly now: EpochMs },
): ReturnType<ClaimPolicy['keys']> {
  const demands = jobs.map((active) => ({
    run: String(active.number),
    deadlineAt: active.job.deadlineAt,
    workMs: workLeft(active),
    pathMs: pathLeft(active),
    reserveMs: pathLeft(active, active.slowUpwardMs) - pathLeft(active),
  }));
  const hopeless = hopelessRuns(demands, slotCount, now);
  return ({ job, number, upwardMs }, stage) =>
    policy.claimKey({
      upwardRankMs: upwardMs[stage] ?? 0,
      startedAt: job.arrivesAt,
      deadlineAt: job.deadlineAt,
      priority: PRIORITY,
      hopeless: hopeless.has(String(number)),
    });
}
