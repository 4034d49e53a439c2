import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type AnyTask, type Block, defineTask, taskRegistry } from '../../lib/run/define-task.ts';
import { runSteps, type StepContext } from '../../lib/run/run-steps.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { blockOf } from '../run-task.ts';

const double = defineTask<unknown, number>({
  name: 'double',
  async run({ input, write }) {
    for await (const { records } of input) for (const record of records) write(2 * record, `key ${record}`);
  },
});

const add = defineTask<{ by: number }, number>({
  name: 'add',
  params: z.strictObject({ by: z.number() }),
  async run({ params, input, write }) {
    for await (const { records } of input) for (const record of records) write(record + params.by, `key ${record}`);
  },
});

/** Writes which blocks it was given. */
const blocks = defineTask<unknown, number>({
  name: 'blocks',
  async run({ input, write }) {
    for await (const block of input) write(block);
  },
});

const TASKS = [double, add, blocks];

interface Run {
  readonly tasks?: readonly AnyTask[];
  readonly signal?: AbortSignal;
}

async function run(
  steps: readonly { readonly task: string; readonly params?: Readonly<Record<string, number | string>> }[],
  { tasks = TASKS, signal = new AbortController().signal }: Run = {},
) {
  const written: unknown[][] = [];
  const context: StepContext = {
    objects: memoryObjectStore(),
    shard: { id: 'c/0', attempt: 1 },
    call: async () => null,
    signal,
    timeLeftMs: () => 1_000,
    sleep: async () => undefined,
    write: (record, key) => void written.push([record, key]),
  };
  const input = (async function* (): AsyncGenerator<Block> {
    yield* [blockOf([1, 2]), blockOf([3])];
  })();
  const all = steps.map(({ task, params = {} }, at) => ({ operation: `op${at}`, task, params: { ...params } }));
  await runSteps(all, taskRegistry(tasks), { input, context });
  return written;
}

describe('runSteps', () => {
  it('gives a task its input and takes what it writes, with its keys', async () => {
    expect(await run([{ task: 'double' }])).toEqual([
      [2, 'key 1'],
      [4, 'key 2'],
      [6, 'key 3'],
    ]);
  });

  it('runs fused steps one on what the other wrote: only the last one writes to the output', async () => {
    const steps = [{ task: 'double' }, { task: 'add', params: { by: 10 } }, { task: 'double' }];
    expect(await run(steps)).toEqual([
      [24, 'key 12'],
      [28, 'key 14'],
      [32, 'key 16'],
    ]);
  });

  it('tells a later step which operation its input is from', async () => {
    expect(await run([{ task: 'double' }, { task: 'blocks' }])).toEqual([
      [{ from: 'op0', records: [2, 4, 6] }, undefined],
    ]);
  });

  it('refuses a task that the worker does not have, and says what it has', async () => {
    await expect(run([{ task: 'double' }, { task: 'triple' }])).rejects.toMatchObject({
      name: 'UnknownTask',
      message: expect.stringMatching(/'op1'.*'triple'.*double, add, blocks/),
    });
  });

  it('refuses parameters that the task does not take, before it runs', async () => {
    await expect(run([{ task: 'add', params: { by: 'ten' } }])).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining("params of 'op0'"),
    });
  });

  it('lets an error of a task go on as it is', async () => {
    const failure = new RangeError('seven');
    const failing = defineTask({ name: 'fail', run: () => Promise.reject(failure) });
    await expect(run([{ task: 'fail' }], { tasks: [failing] })).rejects.toBe(failure);
  });

  it('leaves a task behind that does not listen to its signal', async () => {
    const attempt = new AbortController();
    const deaf = defineTask({
      name: 'deaf',
      run() {
        attempt.abort(new Error('time is over'));
        return new Promise(() => {});
      },
    });
    await expect(run([{ task: 'deaf' }], { tasks: [deaf], signal: attempt.signal })).rejects.toBe(
      attempt.signal.reason,
    );
  });

  it('takes nothing from a task that came to its end because it was told to stop', async () => {
    const attempt = new AbortController();
    // as a wait does that the signal cuts short
    const early = defineTask({
      name: 'early',
      run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    });
    setImmediate(() => attempt.abort(new Error('time is over')));
    const running = run([{ task: 'early' }], { tasks: [early], signal: attempt.signal });
    await expect(running).rejects.toThrow('time is over');
  });
});
