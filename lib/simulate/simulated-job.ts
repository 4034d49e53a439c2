import type { DurationMs, EpochMs } from '../core/quantity.ts';

/** One operation of a simulated job: all its shards wait for all of the stages before it. */
export interface SimulatedStage {
  readonly before: readonly number[];
  /** What each shard really takes. */
  readonly actualMs: readonly DurationMs[];
  /** What the planner believes that each takes. */
  readonly predictedMs: DurationMs;
  /** What the planner believes that the slowest of them takes at the most in two cases of three. @default predictedMs */
  readonly slowMs?: DurationMs;
}

export interface SimulatedJob {
  readonly arrivesAt: EpochMs;
  readonly deadlineAt: EpochMs;
  /** In topological order. */
  readonly stages: readonly SimulatedStage[];
}

/** A job while it runs, as the policies and controllers see it: nothing in it tells the real durations. */
export interface ActiveJob {
  readonly job: SimulatedJob;
  readonly number: number;
  /** Shards of each stage that have not ended. */
  readonly openCounts: number[];
  /** For each stage the longest predicted chain from its start to the end of the job. */
  readonly upwardMs: readonly DurationMs[];
  /** The same with `slowMs`. */
  readonly slowUpwardMs: readonly DurationMs[];
}

/** The longest predicted chain that starts with each stage. */
export function upwardChains(stages: readonly SimulatedStage[]): readonly DurationMs[] {
  const upward = stages.map(({ predictedMs }) => predictedMs);
  for (let later = stages.length - 1; later >= 0; later -= 1) {
    for (const before of stages[later]?.before ?? []) {
      const own = stages[before]?.predictedMs ?? 0;
      upward[before] = Math.max(upward[before] ?? 0, own + (upward[later] ?? 0));
    }
  }
  return upward;
}

/** Predicted work that is left of a job. */
export function workLeft({ job, openCounts }: ActiveJob): DurationMs {
  return job.stages.reduce((sum, { predictedMs }, stage) => sum + predictedMs * (openCounts[stage] ?? 0), 0);
}

/** Longest predicted chain that is left of a job, or the longest of other chains. */
export function pathLeft({ openCounts, upwardMs: predictedMs }: ActiveJob, upwardMs = predictedMs): DurationMs {
  return openCounts.reduce((longest, open, stage) => (open > 0 ? Math.max(longest, upwardMs[stage] ?? 0) : longest), 0);
}
