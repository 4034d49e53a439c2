import type { Random } from '../../lib/core/random.ts';
import type { RecordedTask } from './recorded-workflows.ts';

const TASKS_MIN = 6;
const TASKS_SPREAD = 15;
const DURATION_MAX_MS = 10_000;
const VCPUS = [0.5, 1, 2, 3] as const;
const MEMORIES_MIB = [512, 2_048, 6_144] as const;
const EDGE_SHARE = 0.2;
/** A step takes what is a little worse with a chance that falls to nothing by the end of a search. */
const WARMTH = 0.02;

export interface Search {
  readonly startCount: number;
  readonly stepCount: number;
  readonly random: Random;
}

/**
 * Looks for the small workflow on which a score is highest, by simulated annealing from random ones: a task's run time
 * or size, or an edge, changes at a time.
 *
 * @returns the highest score and its workflow
 * @see Coleman and Krishnamachari, "PISA: an adversarial approach to comparing task graph scheduling algorithms", 2024
 */
export function searchWorst(score: (tasks: readonly RecordedTask[]) => number, search: Search) {
  let worst = { score: 0, tasks: [] as readonly RecordedTask[] };
  for (let start = 0; start < search.startCount; start += 1) {
    let tasks = randomTasks(search.random);
    let current = score(tasks);
    for (let step = 0; step < search.stepCount; step += 1) {
      const next = changed(tasks, search.random);
      const found = score(next);
      const warmth = WARMTH * (1 - step / search.stepCount);
      if (found < current && search.random() >= Math.exp((found - current) / warmth)) continue;
      tasks = next;
      current = found;
      if (current > worst.score) worst = { score: current, tasks };
    }
  }
  return worst;
}

function randomTasks(random: Random): readonly RecordedTask[] {
  const count = TASKS_MIN + Math.floor(random() * TASKS_SPREAD);
  return Array.from({ length: count }, (_, task) => ({
    ...randomTask(random),
    before: [...Array(task).keys()].filter(() => random() < EDGE_SHARE),
  }));
}

function randomTask(random: Random): RecordedTask {
  return {
    before: [],
    durationMs: 1 + Math.floor(random() * DURATION_MAX_MS),
    vcpu: pick(VCPUS, random),
    memoryMiB: pick(MEMORIES_MIB, random),
    type: 'adverse',
  };
}

function changed(tasks: readonly RecordedTask[], random: Random): readonly RecordedTask[] {
  const at = Math.floor(random() * tasks.length);
  const fresh = randomTask(random);
  return tasks.map((task, position) => {
    if (position !== at) return task;
    const what = random();
    if (what < 0.4) return { ...task, durationMs: fresh.durationMs };
    if (what < 0.6) return { ...task, vcpu: fresh.vcpu, memoryMiB: fresh.memoryMiB };
    if (at === 0) return task;
    const other = Math.floor(random() * at);
    const without = task.before.filter((earlier) => earlier !== other);
    return { ...task, before: without.length < task.before.length ? without : [...without, other] };
  });
}

function pick(values: readonly number[], random: Random): number {
  return values[Math.floor(random() * values.length)] ?? 0;
}
