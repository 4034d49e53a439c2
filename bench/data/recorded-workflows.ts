import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One recorded task with what it used; its predecessors by position. */
export interface RecordedTask {
  readonly before: readonly number[];
  readonly durationMs: number;
  readonly vcpu: number;
  readonly memoryMiB: number;
  readonly type: string;
}

export interface RecordedWorkflow {
  readonly name: string;
  readonly tasks: readonly RecordedTask[];
}

interface Specification {
  readonly id: string;
  readonly name: string;
  readonly parents?: readonly string[];
  readonly children?: readonly string[];
  readonly inputFiles?: readonly string[];
  readonly outputFiles?: readonly string[];
}

interface Execution {
  readonly id: string;
  readonly runtimeInSeconds: number;
  readonly avgCPU?: number;
  readonly memoryInBytes?: number;
}

const MIB = 1_048_576;
const VCPU_MIN = 0.1;
/** Memory that no recording knows: 256 MiB and 1.5 times the bytes moved, at most 8 GiB. */
const UNKNOWN_BASE_MIB = 256;
const UNKNOWN_PER_BYTE = 1.5;
const UNKNOWN_MAX_MIB = 8_192;

/**
 * The recorded scientific workflows (WfFormat 1.5) of a data folder.
 *
 * A task uses the vCPUs that it used on average, at least a tenth of one; parents and children are one set of edges.
 *
 * @param folder laid out as the shared data: `workflows/*.json.gz`
 */
export function recordedWorkflows(folder: string): readonly RecordedWorkflow[] {
  const path = join(folder, 'workflows');
  return readdirSync(path)
    .filter((file) => file.endsWith('.json.gz'))
    .sort()
    .map((file) => ({ name: file.replace('.json.gz', ''), tasks: readTasks(join(path, file)) }));
}

function readTasks(file: string): readonly RecordedTask[] {
  const { specification, execution } = JSON.parse(gunzipSync(readFileSync(file)).toString()).workflow;
  const tasks: readonly Specification[] = specification.tasks;
  const runs = new Map((execution.tasks as readonly Execution[]).map((run) => [run.id, run]));
  const sizes = new Map<string, number>(
    (specification.files ?? []).map((one: { id: string; sizeInBytes?: number }) => [one.id, one.sizeInBytes ?? 0]),
  );
  const position = new Map(tasks.map(({ id }, index) => [id, index]));
  const edges: Set<number>[] = tasks.map(() => new Set());
  for (const [index, { parents = [], children = [] }] of tasks.entries()) {
    for (const id of parents) edges[index]?.add(position.get(id) ?? index);
    for (const id of children) edges[position.get(id) ?? index]?.add(index);
  }
  return tasks.map((task, index) => {
    const run = runs.get(task.id);
    const moved = [...(task.inputFiles ?? []), ...(task.outputFiles ?? [])];
    const movedBytes = moved.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
    const imputedMiB = Math.min(UNKNOWN_MAX_MIB, UNKNOWN_BASE_MIB + (UNKNOWN_PER_BYTE * movedBytes) / MIB);
    return {
      before: [...(edges[index] ?? [])].filter((earlier) => earlier !== index),
      durationMs: Math.round((run?.runtimeInSeconds ?? 0) * 1_000),
      vcpu: Math.max(VCPU_MIN, (run?.avgCPU ?? 100) / 100),
      memoryMiB: Math.ceil(run?.memoryInBytes ? run.memoryInBytes / MIB : imputedMiB),
      type: task.name.replace(/_?\d+$/, ''),
    };
  });
}
