import type * as z from 'zod';
import type { DurationMs } from '../core/quantity.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { TaskName } from '../workflow/task-name.ts';

/** A part of the input that is read, counted and checkpointed as one. */
export interface Block<In = unknown> {
  /** The operation whose output this is, or the location of the object it was read from. */
  readonly from: string;
  readonly records: readonly In[];
}

export interface TaskContext<Params, In> {
  readonly params: Params;
  /** The shard's range, block by block. The next block is read only when it is asked for. */
  readonly input: AsyncIterable<Block<In>>;
  /**
   * Adds a record to the shard's output, which is seen by others only once the shard has committed.
   *
   * @param record plain JSON
   * @param key decides the partition in front of a wide edge; equal keys meet in one shard. Default: the record's text
   */
  write(record: unknown, key?: string): void;
  /** The stores, for tasks that move whole objects or read a side input. Writes must be idempotent. */
  readonly objects: ObjectStore;
  /**
   * Calls a function by its name and waits for its answer: one of Lambda, or one that the task module exports in
   * `functions`. A shard that is tried again calls it again.
   *
   * @throws the function's own error, with its name
   */
  call(name: string, payload: unknown): Promise<unknown>;
  readonly shard: { readonly id: string; readonly attempt: number };
  /** Aborts when the shard's time is over or its lease is lost: stop, nothing will be committed. */
  readonly signal: AbortSignal;
  timeLeftMs(): DurationMs;
  /** Waits, ended early by the signal. */
  sleep(durationMs: DurationMs): Promise<void>;
}

export interface Task<Params = unknown, In = unknown> {
  readonly name: string;
  /** Part of the shard type: raise it when the code's needs change, and its profile starts anew. */
  readonly version: number;
  readonly params?: z.ZodType<Params>;
  run(context: TaskContext<Params, In>): Promise<void>;
}

/** What a task needs to say of itself: the version is 1 until it says otherwise. */
export type TaskDefinition<Params, In> = Omit<Task<Params, In>, 'version'> & { readonly version?: number };

/**
 * Makes task code known under a name.
 *
 * @throws {ZodError} when the name has other characters than lower case letters, digits and `-`
 *
 * @example
 * export const upper = defineTask<unknown, { text: string }>({
 *   name: 'upper',
 *   async run({ input, write }) {
 *     for await (const { records } of input) for (const { text } of records) write({ text: text.toUpperCase() });
 *   },
 * });
 */
export function defineTask<Params, In>(definition: TaskDefinition<Params, In>): Task<Params, In> {
  return { version: 1, ...definition, name: TaskName.parse(definition.name) };
}

/** All registered task code, by name. */
export type TaskRegistry = ReadonlyMap<string, Task>;

/** Any task, whatever its parameters and records: what a list of tasks holds. */
// biome-ignore lint/suspicious/noExplicitAny: a task is contravariant in both; its parameters are parsed before it runs
export type AnyTask = Task<any, any>;

/** @throws {Error} when two tasks have the same name */
export function taskRegistry(tasks: readonly AnyTask[]): TaskRegistry {
  const registry = new Map<string, Task>();
  for (const task of tasks) {
    if (registry.has(task.name)) throw new Error(`two tasks are named '${task.name}'; give one of them another name`);
    registry.set(task.name, task);
  }
  return registry;
}
