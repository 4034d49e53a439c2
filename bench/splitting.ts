import { listSchedule } from '../lib/plan/list-schedule.ts';
import { upwardRanks } from '../lib/plan/task-graph.ts';
import type { Bench, BenchRow } from './bench.ts';
import { type RecordedTask, recordedWorkflows } from './data/recorded-workflows.ts';
import { zoneProblem } from './data/zone-problem.ts';
import { geometricMean, rounded } from './measures/figures.ts';
import { needData } from './need-data.ts';

/** Parts are at least this share of the critical path. */
const GRAINS = [1 / 4, 1 / 8, 1 / 16];
const TARGET_GRAIN = 1 / 8;
/** What every part costs anew: the start of a warm environment and its fixed I/O. */
const START_MS = 600;
const WORK_SHARE = 1;
/** Of a task's memory, what does not shrink with its data. */
const FIXED_MIB = 256;

/**
 * Recorded workflows whose work over capacity is their critical path: how much shorter they become when tasks longer
 * than a grain are split into parts, and how much work the starts of the parts add. Same zones, same order rule.
 */
export const bench: Bench = {
  name: 'splitting',
  needs: '--data with workflows',
  takes: '20 s',
  async run({ data }) {
    needData(data, 'workflows');
    const workflows = recordedWorkflows(data ?? '');
    const rows: BenchRow[] = [];
    const figures: Record<string, number> = { workflows: workflows.length };
    for (const grain of GRAINS) {
      const gains = workflows.map(({ tasks }) => gain(tasks, grain));
      const shorter = 1 - geometricMean(gains.map(({ length }) => length));
      const moreWork = gains.reduce((sum, one) => sum + one.moreWork, 0) / gains.length;
      rows.push({
        'grain / path': rounded(grain, 4),
        'shorter by %': rounded(100 * shorter, 1),
        'more work %': rounded(100 * moreWork, 1),
      });
      if (grain === TARGET_GRAIN) Object.assign(figures, { shorterShare: shorter, moreWorkShare: moreWork });
    }
    return { figures, targets: { shorterShare: { atLeast: 0.21 }, moreWorkShare: { atMost: 0.03 } }, table: rows };
  },
};

function gain(tasks: readonly RecordedTask[], grain: number): { readonly length: number; readonly moreWork: number } {
  const whole = zoneProblem(tasks, WORK_SHARE);
  const ranks = upwardRanks(whole.graph, whole.durationsMs);
  const grainMs = grain * ranks.reduce((longest, rank) => Math.max(longest, rank), 0);
  const parts = splitTasks(tasks, grainMs);
  const split = { ...zoneProblem(parts, WORK_SHARE), bins: whole.bins };
  const before = listSchedule(
    whole,
    ranks.map((rank) => -rank),
  ).makespanMs;
  const after = listSchedule(
    split,
    upwardRanks(split.graph, split.durationsMs).map((rank) => -rank),
  ).makespanMs;
  return { length: Math.min(1, after / before), moreWork: after < before ? workOf(parts) / workOf(tasks) - 1 : 0 };
}

/** Every part has the task's predecessors; an empty task after the parts stands for the whole. */
function splitTasks(tasks: readonly RecordedTask[], grainMs: number): readonly RecordedTask[] {
  const parts: RecordedTask[] = [];
  const whole = new Map<number, number>();
  for (const at of inOrder(tasks)) {
    const task = tasks[at];
    if (!task) continue;
    const before = task.before.map((earlier) => whole.get(earlier) ?? 0);
    const count = Math.max(1, Math.ceil(task.durationMs / Math.max(grainMs, 4 * START_MS)));
    const durationMs = count === 1 ? task.durationMs : task.durationMs / count + START_MS;
    const memoryMiB = Math.min(task.memoryMiB, FIXED_MIB + task.memoryMiB / count);
    const first = parts.length;
    for (let part = 0; part < count; part += 1) parts.push({ ...task, before, durationMs, memoryMiB });
    const own = Array.from({ length: count }, (_, part) => first + part);
    whole.set(at, count === 1 ? first : parts.push({ ...task, before: own, durationMs: 0 }) - 1);
  }
  return parts;
}

function inOrder(tasks: readonly RecordedTask[]): readonly number[] {
  const waiting = tasks.map(({ before }) => before.length);
  const followers: number[][] = tasks.map(() => []);
  for (const [later, { before }] of tasks.entries()) for (const earlier of before) followers[earlier]?.push(later);
  const order = [...tasks.keys()].filter((at) => waiting[at] === 0);
  for (const at of order) {
    for (const later of followers[at] ?? []) {
      waiting[later] = (waiting[later] ?? 0) - 1;
      if (waiting[later] === 0) order.push(later);
    }
  }
  return order;
}

function workOf(tasks: readonly RecordedTask[]): number {
  return tasks.reduce((sum, { vcpu, durationMs }) => sum + vcpu * durationMs, 0);
}
