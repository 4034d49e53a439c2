import { afterEach, describe, expect, it } from 'vitest';
import { type ProcessExecutions, processExecutions } from '../../../lib/adapters/embedded/process-executions.ts';
import { stateMachineDefinition } from '../../../lib/adapters/embedded/state-machine-definition.ts';
import { PlatformFault, type PlatformFaultName } from '../../../lib/adapters/platform-fault.ts';
import { ForeshardError } from '../../../lib/core/foreshard-error.ts';
import type { Functions, InvokeOptions } from '../../../lib/ports/functions.ts';
import { executionsContract, settled } from '../../contracts/executions-contract.ts';

type Invoke = (name: string, payload: unknown, options?: InvokeOptions) => Promise<unknown>;

const FIXTURES = new URL('../../fixtures/embedded/', import.meta.url);
const NAMES = new Map([
  ['Planner', 'planner'],
  ['Recovery', 'recovery'],
  ['Profiler', 'profiler'],
]);
const definitions = {
  workflow: await stateMachineDefinition(new URL('test-workflow.asl.json', FIXTURES), NAMES),
  slot: await stateMachineDefinition(new URL('test-slot.asl.json', FIXTURES), NAMES),
};

/** Functions whose calls are answered by the test. */
function functionsOf(invoke: Invoke): Functions {
  const unused = async () => {
    throw new Error('not part of this test');
  };
  return { invoke, concurrency: unused, reserve: unused, limits: unused };
}

const plan = async (payload: unknown) => {
  const { input } = payload as { input: { size: number } };
  return { refused: input.size === 0, input };
};

executionsContract('this process', async () => {
  const executions = processExecutions({
    definitions,
    functions: functionsOf(async (name, payload) => {
      if (name === 'planner') return plan(payload);
      return { outcome: 'idle', checkAt: new Date(Date.now() + 60_000).toISOString(), seen: null };
    }),
  });
  return { executions, runsStates: true, close: () => executions.close() };
});

describe('process executions', () => {
  let executions: ProcessExecutions;
  const calls: { readonly name: string; readonly payload: unknown }[] = [];
  const open = (invoke: Invoke, options: { retryDelayFactor?: number } = { retryDelayFactor: 0.001 }) => {
    calls.length = 0;
    executions = processExecutions({
      definitions,
      functions: functionsOf((name, payload, invokeOptions) => {
        calls.push({ name, payload });
        return invoke(name, payload, invokeOptions);
      }),
      ...options,
    });
  };
  afterEach(() => executions.close());
  const startSlot = (name: string) => executions.start('slot', name, { functionName: 'worker', order: 'work' });
  const done = { outcome: 'done', checkAt: '2026-01-01T00:00:00Z', seen: null };

  it('hands each task its evaluated parameters, with the name and the id of the execution', async () => {
    open(async () => done);
    await startSlot('slot-1');
    await settled(executions, 'slot', 'slot-1');
    expect(calls).toEqual([
      {
        name: 'worker',
        payload: {
          order: 'work',
          name: 'slot-1',
          id: 'arn:aws:states:local:000000000000:execution:slot:slot-1',
        },
      },
    ]);
  });

  it('loops and waits until a moment', async () => {
    const startedAt = Date.now();
    const answers = [
      { ...done, outcome: 'more' },
      { ...done, outcome: 'idle', checkAt: new Date(startedAt + 120).toISOString() },
      done,
    ];
    open(async () => answers.shift());
    await startSlot('slot-1');
    expect(await settled(executions, 'slot', 'slot-1')).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls).toHaveLength(3);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(119);
  });

  it.each<[PlatformFaultName, string]>([
    ['ShardTimedOut', 'Sandbox.Timedout'],
    ['WorkerDied', 'Runtime.ExitError'],
    ['OutOfMemory', 'Runtime.OutOfMemory'],
  ])('shows the platform fault %s as %s, as Step Functions does', async (ours, theirs) => {
    open(async (name) => {
      if (name === 'recovery') return 'recovered';
      throw new PlatformFault(ours, 'of the test');
    });
    await startSlot('slot-1');
    expect(await settled(executions, 'slot', 'slot-1')).toMatchObject({
      status: 'SUCCEEDED',
      output: { error: { Error: theirs, Cause: 'of the test' }, recovery: { recovered: 'recovered' } },
    });
  });

  it('retries a throttled call as often as the definition says, then fails with its name', async () => {
    open(async () => {
      throw new PlatformFault('Throttled', 'no room');
    });
    await startSlot('slot-1');
    expect(await settled(executions, 'slot', 'slot-1')).toMatchObject({
      status: 'FAILED',
      error: 'Lambda.TooManyRequestsException',
      cause: 'no room',
    });
    expect(calls).toHaveLength(4);
  });

  it('goes on after a retry that succeeds', async () => {
    open(async () => {
      if (calls.length < 3) throw new PlatformFault('Throttled', 'no room');
      return done;
    });
    await startSlot('slot-1');
    expect(await settled(executions, 'slot', 'slot-1')).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls).toHaveLength(3);
  });

  it('never retries or catches an error of the function that the definition does not name', async () => {
    open(async () => {
      throw new ForeshardError('CorruptData', 'row 7 is no JSON');
    });
    await startSlot('slot-1');
    expect(await settled(executions, 'slot', 'slot-1')).toEqual({
      status: 'FAILED',
      error: 'CorruptData',
      cause: 'row 7 is no JSON',
    });
    expect(calls).toHaveLength(1);
  });

  it('ends the call that a stopped execution waits for, and makes no other', async () => {
    let reason: unknown;
    const called = Promise.withResolvers<void>();
    open(
      (_name, _payload, options) =>
        new Promise((_, reject) => {
          called.resolve();
          options?.signal?.addEventListener('abort', () => {
            reason = options.signal?.reason;
            reject(new PlatformFault('Throttled', 'ended'));
          });
        }),
    );
    await startSlot('slot-1');
    await called.promise;
    await executions.stop('slot', 'slot-1', 'the plan has no more use for it');
    await executions.idle();
    expect(reason).toMatchObject({ message: 'the plan has no more use for it' });
    expect(await executions.describe('slot', 'slot-1')).toMatchObject({ status: 'ABORTED' });
    expect(calls.map(({ name }) => name)).toEqual(['worker']);
  });

  it('does not wait for a moment that has passed, and says nothing of it', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const answers = [{ ...done, outcome: 'idle', checkAt: '2026-01-01T00:00:00.123+01:00' }, done];
    open(async () => answers.shift());
    await startSlot('slot-1');
    expect(await settled(executions, 'slot', 'slot-1')).toMatchObject({ output: { order: 'work', work: done } });
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('stops an execution that waits', async () => {
    open(async () => ({ ...done, outcome: 'idle', checkAt: new Date(Date.now() + 3_600_000).toISOString() }));
    await startSlot('slot-1');
    await executions.stop('slot', 'slot-1', 'enough');
    await executions.idle();
    expect(await executions.describe('slot', 'slot-1')).toEqual({ status: 'ABORTED', cause: 'enough' });
  });

  it('fails on an answer that Step Functions would not pass on', async () => {
    open(async () => ({ ...done, seen: 'x'.repeat(262_144) }));
    await startSlot('slot-1');
    expect(await settled(executions, 'slot', 'slot-1')).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
  });

  it('does not wait for a call of type Event, nor fail with it, and is idle only after it', async () => {
    const told = Promise.withResolvers<never>();
    open(async (name, payload) => (name === 'planner' ? plan(payload) : told.promise));
    await executions.start('workflow', 'w', { size: 1 });
    expect(await settled(executions, 'workflow', 'w')).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls.at(-1)).toEqual({ name: 'profiler', payload: { of: 'w' } });
    let idle = false;
    const becomesIdle = executions.idle().then(() => {
      idle = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(idle).toBe(false);
    told.reject(new Error('of the test'));
    await becomesIdle;
  });

  it('ends a task after its own timeout, by the name that the machine matches on', async () => {
    const { Work } = definitions.slot.States;
    const late = { ErrorEquals: ['States.Timeout'], ResultPath: '$.error', Next: 'Recover' };
    const impatient = { ...Work, TimeoutSeconds: 1, Catch: [late] };
    const slot = { ...definitions.slot, States: { ...definitions.slot.States, Work: impatient } };
    const never = Promise.withResolvers<never>();
    executions = processExecutions({
      definitions: { ...definitions, slot } as typeof definitions,
      functions: functionsOf((name) => (name === 'recovery' ? Promise.resolve('freed') : never.promise)),
    });
    await startSlot('slot-1');
    const ended = await settled(executions, 'slot', 'slot-1');
    never.reject(new Error('of the test'));
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      output: { recovery: { recovered: 'freed' } },
    });
  });

  it('is idle only when nothing runs', async () => {
    const call = Promise.withResolvers<unknown>();
    open(() => call.promise);
    await startSlot('slot-1');
    let idle = false;
    const becomesIdle = executions.idle().then(() => {
      idle = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(idle).toBe(false);
    call.resolve(done);
    await becomesIdle;
    expect(await executions.describe('slot', 'slot-1')).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('state machine definition', () => {
  it('names a placeholder that has no function', async () => {
    const loading = stateMachineDefinition(new URL('test-slot.asl.json', FIXTURES), new Map([['Planner', 'planner']]));
    await expect(loading).rejects.toThrow(/{Recovery}, for which there is no function; known: Planner$/);
  });

  it('gives a task without a timeout the longest there is, because the interpreter ends it after 60 s', () => {
    expect(definitions.slot.States.Work).toMatchObject({ TimeoutSeconds: 2_147_483 });
  });
});
