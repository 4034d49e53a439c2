import { seededRandom } from '../lib/core/random.ts';
import { orderTasks } from '../lib/plan/order-tasks.ts';
import { taskGraph, upwardRanks } from '../lib/plan/task-graph.ts';
import type { Operation } from '../lib/workflow/definition.ts';
import type { Bench, BenchRow } from './bench.ts';
import { rounded } from './measures/figures.ts';

const SIZES = [10_000, 100_000, 300_000];
const REPEATS = 5;
const SEED = 7;
const WIDTH = 200;

/**
 * Planning of large workflows, from named tasks to a placed schedule, against JSON.parse and JSON.stringify of their
 * definition in the same process: median CPU time of five runs of each.
 */
export const bench: Bench = {
  name: 'planning-time',
  needs: 'nothing',
  takes: '20 s',
  async run() {
    const rows: BenchRow[] = [];
    const figures: Record<string, number> = {};
    for (const size of SIZES) {
      const text = JSON.stringify({ operations: layeredOperations(size) });
      const { operations }: { operations: readonly Operation[] } = JSON.parse(text);
      const planMs = medianOf(() => plan(operations));
      const jsonMs = medianOf(() => JSON.stringify(JSON.parse(text)));
      figures[`plan${size / 1_000}kMs`] = rounded(planMs, 1);
      figures[`ratioToJson${size / 1_000}k`] = rounded(planMs / jsonMs);
      rows.push({
        tasks: size,
        'plan ms': rounded(planMs, 1),
        'JSON ms': rounded(jsonMs, 1),
        'µs a task': rounded((planMs / size) * 1e3, 2),
      });
    }
    figures.growthPerTask = rounded(((figures.plan300kMs ?? 0) / (figures.plan10kMs ?? 1)) * (10 / 300));
    return { figures, targets: { ratioToJson100k: { atMost: 1 }, growthPerTask: { atMost: 2 } }, table: rows };
  },
};

/** Layers of 200 operations, each after two of the layer before, in the format of a workflow definition. */
function layeredOperations(count: number): readonly Operation[] {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, (_, index) => ({
    id: `operation-${index}`,
    task: 'replay',
    after:
      index < WIDTH
        ? []
        : [0, 1].map(() => ({ operation: `operation-${earlier(index, random)}`, edge: 'narrow' as const })),
    divisible: false,
    estimates: {
      cpuSeconds: 0.1 + Math.floor(random() * 10_000) / 1_000,
      memoryMiB: 1_769 * 2 ** Math.floor(random() * 4),
    },
    params: {},
    replicate: false,
  }));
}

function earlier(index: number, random: () => number): number {
  return index - (index % WIDTH) - 1 - Math.floor(random() * WIDTH);
}

function plan(operations: readonly Operation[]): number {
  const position = new Map<string, number>();
  for (const [index, { id }] of operations.entries()) position.set(id, index);
  const from: number[] = [];
  const to: number[] = [];
  for (const [later, { after }] of operations.entries()) {
    for (const { operation } of after) {
      from.push(position.get(operation) ?? 0);
      to.push(later);
    }
  }
  const graph = taskGraph(operations.length, from, to);
  const durationsMs = Float64Array.from(operations, ({ estimates }) => 1_000 * (estimates.cpuSeconds ?? 0));
  const classOf = Int32Array.from(operations, ({ estimates }) => Math.log2((estimates.memoryMiB ?? 0) / 1_769));
  const classes = [1, 2, 4, 8].map((vcpu) => ({ vcpu, memoryMiB: 1_769 * vcpu, bins: [0, 1, 2] }));
  const bins = [0, 1, 2].map(() => ({ vcpu: 100, memoryMiB: 200_000 }));
  const ordering = { upwardMs: upwardRanks(graph, durationsMs), trusted: true, random: seededRandom(SEED) };
  return orderTasks({ graph, durationsMs, classOf, classes, bins }, ordering).makespanMs;
}

function medianOf(run: () => unknown): number {
  const times = Array.from({ length: REPEATS }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return times.sort((a, b) => a - b)[Math.floor(REPEATS / 2)] ?? 0;
}
