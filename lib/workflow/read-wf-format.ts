import { byCodeUnit } from '../core/by-code-unit.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { Operation } from './definition.ts';
import { Workflow } from './definition.ts';
import { safeIds } from './safe-ids.ts';
import { type WfExecution, WfInstance, type WfTask } from './wf-instance.ts';

const BYTES_PER_MIB = 1_048_576;

/** What a task is taken to hold when nobody recorded it: a quarter of a GiB, and 1.5 times what it moves. */
const IMPUTED_BASE_MIB = 256;
const IMPUTED_MIB_PER_MIB_MOVED = 1.5;
const IMPUTED_MIB_MAX = 8_192;

/** No function of Lambda has more, and below the least amount nothing is left to measure. */
const MEMORY_MIB_MAX = 10_240;
const MEMORY_MIB_MIN = 1;

export interface WfFormatOptions {
  /** What CPU time, bytes and memory are multiplied by: 1 replays the recording in full. */
  readonly scale: number;
  readonly deadline: string;
  /** @default - the recording's own name */
  readonly name?: string;
}

/** What a task used, before it is scaled. */
interface Usage {
  readonly cpuMs: number;
  readonly memoryMiB: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/**
 * Turns a recorded scientific workflow (WfFormat 1.5) into a definition with one operation per recorded task, which
 * replays the CPU time, the memory and the bytes that the task used.
 *
 * CPU time is run time by mean CPU load; the bytes read are those of the input files, whatever the recorder counted on
 * disk. Recorders name a dependency at its parent, at its child or at both: the edges are the union.
 *
 * @param json a parsed instance with n tasks and m dependencies
 * @throws {ForeshardError} `InvalidInput` when it is no WfFormat 1.5, when two tasks have one id or a task was never
 *   executed, when the scale is not above 0 or the deadline is none; `DanglingEdge` when a task that is no task is named
 * @complexity O(n + m log m)
 * @see https://docs.wfcommons.org, WfFormat 1.5
 */
export function readWfFormat(json: unknown, options: WfFormatOptions): Workflow {
  if (!(options.scale > 0 && Number.isFinite(options.scale))) throw wrongScale(options.scale);
  const { name, workflow } = parseStrictly(WfInstance, json, 'the WfFormat 1.5 instance');
  const { tasks, files } = workflow.specification;
  const executions = new Map(workflow.execution.tasks.map((execution) => [execution.id, execution]));
  const sizes = new Map(files.map(({ id, sizeInBytes }) => [id, sizeInBytes]));
  const ids = safeIds(tasks.map(({ id }) => id));
  const parents = parentsOf(tasks);
  const operations = tasks.map((task, index): Operation => {
    return {
      id: ids[index] ?? task.id,
      task: 'replay',
      after: [...(parents[index] ?? [])]
        .sort((a, b) => a - b)
        .map((at) => ({ operation: ids[at] ?? '', edge: 'narrow' })),
      divisible: false,
      ...replayOf(usageOf(task, executionOf(task, executions), sizes), options.scale),
      replicate: false,
    };
  });
  const safeName = options.name ?? safeIds([name])[0];
  const definition = { version: 1, name: safeName, deadline: options.deadline, operations };
  return parseStrictly(Workflow, definition, `the definition made of '${name}'`);
}

/** For each task the positions of the tasks before it. */
function parentsOf(tasks: readonly WfTask[]): readonly ReadonlySet<number>[] {
  const positions = new Map<string, number>();
  for (const [index, { id }] of tasks.entries()) {
    if (positions.has(id)) throw twice(id);
    positions.set(id, index);
  }
  const positionOf = (id: string, from: string): number => {
    const position = positions.get(id);
    if (position === undefined) throw dangling(id, from);
    return position;
  };
  const parents = tasks.map(({ id, parents: named }) => new Set(named.map((parent) => positionOf(parent, id))));
  for (const [index, { id, children }] of tasks.entries()) {
    for (const child of children) parents[positionOf(child, id)]?.add(index);
  }
  return parents;
}

function executionOf({ id }: WfTask, executions: ReadonlyMap<string, WfExecution>): WfExecution {
  const execution = executions.get(id);
  if (execution !== undefined) return execution;
  throw new ForeshardError(
    'InvalidInput',
    `task '${id}' is specified but was never executed; every task needs an entry in workflow.execution.tasks`,
  );
}

function usageOf(task: WfTask, execution: WfExecution, sizes: ReadonlyMap<string, number>): Usage {
  const bytesOf = (files: readonly string[]) => {
    return [...new Set(files)].sort(byCodeUnit).reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
  };
  const readBytes = bytesOf(task.inputFiles);
  const writeBytes = bytesOf(task.outputFiles);
  return {
    cpuMs: execution.runtimeInSeconds * 1_000 * ((execution.avgCPU ?? 100) / 100),
    memoryMiB: memoryOf(execution, readBytes + writeBytes),
    readBytes,
    writeBytes,
  };
}

/** A recorder that could not see the memory of a short task says 0: that is as good as nothing. */
function memoryOf({ memoryInBytes = 0 }: WfExecution, movedBytes: number): number {
  if (memoryInBytes > 0) return memoryInBytes / BYTES_PER_MIB;
  const imputedMiB = IMPUTED_BASE_MIB + IMPUTED_MIB_PER_MIB_MOVED * (movedBytes / BYTES_PER_MIB);
  return Math.min(imputedMiB, IMPUTED_MIB_MAX);
}

function replayOf(usage: Usage, scale: number): Pick<Operation, 'estimates' | 'params'> {
  const cpuMs = Math.round(usage.cpuMs * scale);
  const memoryMiB = Math.min(Math.max(Math.round(usage.memoryMiB * scale), MEMORY_MIB_MIN), MEMORY_MIB_MAX);
  const readBytes = Math.round(usage.readBytes * scale);
  const writeBytes = Math.round(usage.writeBytes * scale);
  return {
    estimates: { bytes: readBytes, cpuSeconds: cpuMs / 1_000, memoryMiB },
    params: { cpuMs, memoryMiB, readBytes, writeBytes },
  };
}

function wrongScale(scale: number): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `scale is ${scale}; allowed: any number above 0, 1 replays the recording in full; give one`,
  );
}

function twice(id: string): ForeshardError {
  return new ForeshardError('InvalidInput', `two tasks have the id '${id}'; give each its own`);
}

function dangling(id: string, from: string): ForeshardError {
  return new ForeshardError(
    'DanglingEdge',
    `task '${from}' names '${id}' among its parents or children, which is no task; name a task of this instance or drop it`,
  );
}
