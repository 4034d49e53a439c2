import type { ScheduleProblem, TaskClass } from '../../lib/plan/schedule-problem.ts';
import { taskGraph, upwardRanks } from '../../lib/plan/task-graph.ts';
import type { RecordedTask } from './recorded-workflows.ts';

const ZONES = 3;
const MIB_PER_VCPU = 2_048;

/**
 * A recorded workflow on three equal zones of C vCPUs and 2·C GiB, with C such that work over capacity is a share of
 * the critical path, and such that every task fits a zone.
 */
export function zoneProblem(tasks: readonly RecordedTask[], workShare: number): ScheduleProblem {
  const edges = tasks.flatMap(({ before }, later) => before.map((earlier) => [earlier, later] as const));
  const graph = taskGraph(
    tasks.length,
    edges.map(([from]) => from),
    edges.map(([, to]) => to),
  );
  const durationsMs = Float64Array.from(tasks, ({ durationMs }) => durationMs);
  const pathMs = upwardRanks(graph, durationsMs).reduce((longest, rank) => Math.max(longest, rank), 0);
  const workMs = tasks.reduce((sum, { vcpu, durationMs }) => sum + vcpu * durationMs, 0);
  const largest = tasks.reduce((most, { vcpu, memoryMiB }) => Math.max(most, vcpu, memoryMiB / MIB_PER_VCPU), 0);
  const vcpu = Math.max(largest, workMs / (ZONES * workShare * Math.max(1, pathMs)));
  const { classes, classOf } = classesOf(tasks);
  const bins = Array.from({ length: ZONES }, () => ({ vcpu, memoryMiB: vcpu * MIB_PER_VCPU }));
  return { graph, durationsMs, classes, classOf, bins };
}

function classesOf(tasks: readonly RecordedTask[]): Pick<ScheduleProblem, 'classes' | 'classOf'> {
  const numbers = new Map<string, number>();
  const classes: TaskClass[] = [];
  const classOf = Int32Array.from(tasks, ({ vcpu, memoryMiB }) => {
    const key = `${vcpu}:${memoryMiB}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, classes.length);
    return classes.push({ vcpu, memoryMiB, bins: [...Array(ZONES).keys()] }) - 1;
  });
  return { classes, classOf };
}
