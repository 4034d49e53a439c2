import type { DurationMs } from '../core/quantity.ts';
import type { TaskGraph } from './task-graph.ts';

/** A zone or a pool: what the tasks in it may use at once. */
export interface Bin {
  readonly vcpu: number;
  readonly memoryMiB: number;
}

/** What every task of a class uses while it runs, and the bins it may run in; a barrier uses nothing and no bin. */
export interface TaskClass extends Bin {
  readonly bins: readonly number[];
  /** Bins for what has no room in the others. */
  readonly overflow?: readonly number[];
}

/** Capacity that a bin gains at a moment: another run's slots, or a task that runs already, end then. */
export interface CapacityGain extends Bin {
  readonly atMs: DurationMs;
  readonly bin: number;
  /** What all bins together gain by it, where a limit keeps the tasks from some of it. @default vcpu */
  readonly vcpuInAll?: number;
}

export interface ScheduleProblem {
  readonly graph: TaskGraph;
  readonly durationsMs: Float64Array;
  /** The class of each task. */
  readonly classOf: Int32Array;
  readonly classes: readonly TaskClass[];
  readonly bins: readonly Bin[];
  readonly gains?: readonly CapacityGain[];
  /** What all bins together may use at once. @default no limit */
  readonly vcpuMax?: number;
  /** Moment before which a task may not start. @default 0 for all */
  readonly releasesMs?: Float64Array;
  /** The bin that a task gets: that with the most free vCPUs, to spread, or the least, to keep room for large tasks. */
  readonly fit?: 'roomiest' | 'tightest';
}

/** A task that was never placed, because no bin has room for it, starts at infinity in bin -1. */
export interface Schedule {
  readonly startsMs: Float64Array;
  readonly binOf: Int32Array;
  readonly makespanMs: DurationMs;
  /** Bins and moments looked at to make it, see {@link firstLooks}: work that is the same on every machine. */
  readonly lookCount: number;
}

/** What a schedule and each of its tasks cost beside looks, in looks: about 7 ns each, as measured on one machine. */
const LOOKS_PER_SCHEDULE = 300;
const LOOKS_PER_TASK = 40;

/** The looks that making a schedule begins with. */
export function firstLooks(taskCount: number): number {
  return LOOKS_PER_SCHEDULE + LOOKS_PER_TASK * taskCount;
}

/** A schedule with the order that made it, smallest key first. */
export interface OrderedSchedule extends Schedule {
  readonly keys: Float64Array;
}
