import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { Step } from '../shards/sharding.ts';
import type { Block, Task, TaskContext, TaskRegistry } from './define-task.ts';

/** What every step of a shard has in common. */
export type StepContext = Pick<
  TaskContext<unknown, unknown>,
  'objects' | 'call' | 'shard' | 'signal' | 'timeLeftMs' | 'sleep' | 'write'
>;

/**
 * Runs a shard's steps one after the other, each on the records that the one before wrote; the last one writes to the
 * shard's output.
 *
 * @throws {ForeshardError} `UnknownTask` when a step's task is not registered; whatever a task throws goes on as it is
 */
export async function runSteps(
  steps: readonly Step[],
  tasks: TaskRegistry,
  { input, context }: { readonly input: AsyncIterable<Block>; readonly context: StepContext },
): Promise<void> {
  let blocks = input;
  for (const [position, step] of steps.entries()) {
    const task = taskOf(step, tasks);
    const params = task.params ? parseStrictly(task.params, step.params, `params of '${step.operation}'`) : step.params;
    const isLast = position === steps.length - 1;
    const records: unknown[] = [];
    const write = isLast ? context.write : (record: unknown) => void records.push(record);
    await untilAborted(task.run({ ...context, params, input: blocks, write }), context.signal);
    blocks = one({ from: step.operation, records });
  }
}

function taskOf({ operation, task }: Step, tasks: TaskRegistry): Task {
  const found = tasks.get(task);
  if (found) return found;
  throw new ForeshardError(
    'UnknownTask',
    `operation '${operation}' runs task '${task}', which this worker does not have; it has ${[...tasks.keys()].join(', ')}`,
  );
}

async function* one(block: Block): AsyncGenerator<Block> {
  yield block;
}

/** A task that does not listen to the signal is left behind: nothing of it will be committed. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, aborted]);
    // a wait that the signal cut short may have let the task run to its end without its work
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
