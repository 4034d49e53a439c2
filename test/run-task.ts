import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { Block, Task } from '../lib/run/define-task.ts';
import { memoryObjectStore } from './memory-object-store.ts';

export interface TaskRun<In> {
  readonly blocks: readonly Block<In>[];
  /** As they stand in a workflow definition: parsed as the worker parses them. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly objects?: ObjectStore;
  readonly signal?: AbortSignal;
  readonly call?: (name: string, payload: unknown) => Promise<unknown>;
  readonly sleep?: (durationMs: number) => Promise<void>;
}

/** What a task wrote, as its reader would see it: after a way through JSON. */
export interface Written {
  readonly record: unknown;
  /** What decides the partition: the key given, or the record's text. */
  readonly key: string;
}

/** Runs one task over blocks in memory, without a runtime. */
export async function runTask<Params, In>(task: Task<Params, In>, run: TaskRun<In>): Promise<readonly Written[]> {
  const written: Written[] = [];
  const { params = {}, objects = memoryObjectStore(), signal = new AbortController().signal } = run;
  await task.run({
    params: task.params ? task.params.parse(params) : (params as Params),
    input: inOrder(run.blocks),
    write(record, key) {
      const text = JSON.stringify(record);
      written.push({ record: JSON.parse(text), key: key ?? text });
    },
    objects,
    shard: { id: `${task.name}/0`, attempt: 1 },
    signal,
    call: run.call ?? (async (name) => Promise.reject(new Error(`nothing answers for '${name}' here`))),
    timeLeftMs: () => 60_000,
    sleep: run.sleep ?? (async () => undefined),
  });
  return written;
}

/** Makes one block of records, as if an operation had written them. */
export function blockOf<In>(records: readonly In[], from = 'input'): Block<In> {
  return { from, records };
}

async function* inOrder<In>(blocks: readonly Block<In>[]): AsyncGenerator<Block<In>> {
  yield* blocks;
}
