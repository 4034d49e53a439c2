import {
  ExecutionAbortedError,
  ExecutionTimeoutError,
  StateMachine,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';
import * as z from 'zod';
import { errorMessage, errorName } from '../../core/foreshard-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Execution, Executions, MachineName } from '../../ports/executions.ts';
import type { Functions } from '../../ports/functions.ts';
import { PlatformFault } from '../platform-fault.ts';
import { systemClock } from '../system-clock.ts';
import { waitsAsTasks, waitUntil } from './waits-as-tasks.ts';

export interface ProcessExecutionsOptions {
  readonly definitions: Readonly<Record<MachineName, StateMachineDefinition>>;
  readonly functions: Functions;
  /**
   * What every pause before a retry is multiplied by.
   *
   * @default 1
   */
  readonly retryDelayFactor?: number;
  /**
   * What a wait for a moment goes by.
   *
   * @default - the machine's clock
   */
  readonly clock?: Clock;
}

export interface ProcessExecutions extends Executions {
  /** Resolves when no execution runs and every function that one of them called has answered. */
  idle(): Promise<void>;
  /** Stops every execution, and waits until it is idle. */
  close(): Promise<void>;
}

/** What a Step Functions state of type `lambda:invoke` hands over; other parameters are not used in `infra/`. */
const Invocation = z.strictObject({
  FunctionName: z.string(),
  Payload: z.unknown().optional(),
  /** `Event`: asked for and not waited for. */
  InvocationType: z.enum(['RequestResponse', 'Event']).default('RequestResponse'),
});

/** An execution that runs, or ran; what is over stays describable. */
interface Held {
  execution: Execution;
  readonly stop: (cause: string) => void;
}

/** Step Functions ends an execution whose state passes on more. */
const PAYLOAD_MAX_BYTES = 262_144;
/** Executions that are over and still described, for each machine; Step Functions keeps them for 90 days. */
const HELD_MAX = 20_000;
const ARN = 'arn:aws:states:local:000000000000';

/**
 * Executes the state machines of `infra/` in this process, as Step Functions would: the same files, names, errors and
 * limits. A stopped execution also ends the function call that it waits for; Step Functions lets that one go on.
 */
export function processExecutions(options: ProcessExecutionsOptions): ProcessExecutions {
  const { definitions, functions, retryDelayFactor = 1, clock = systemClock() } = options;
  const machines = {
    workflow: machineOf(definitions.workflow, retryDelayFactor),
    slot: machineOf(definitions.slot, retryDelayFactor),
  };
  const held = { workflow: new Map<string, Held>(), slot: new Map<string, Held>() };
  const busy = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const done = work.catch(() => undefined).finally(() => busy.delete(done));
    busy.add(done);
    return work;
  };

  async function start(machine: MachineName, name: string, input: unknown): Promise<void> {
    if (held[machine].has(name)) return;
    const control = new AbortController();
    const call = (parameters: unknown) => track(invoke({ functions, track }, parameters, control.signal));
    const wait = (parameters: unknown) => waitUntil(parameters, clock, control.signal);
    const run = machines[machine].run(JSON.parse(JSON.stringify(input ?? {})), {
      overrides: { taskResourceLocalHandlers: handlersOf(definitions[machine], { call, wait }) },
      context: contextOf(machine, name),
    });
    const entry: Held = {
      execution: { status: 'RUNNING' },
      stop(cause) {
        if (entry.execution.status !== 'RUNNING') return;
        entry.execution = { status: 'ABORTED', cause };
        control.abort(new Error(cause));
        run.abort();
      },
    };
    held[machine].set(name, entry);
    void track(drain(run.eventLogs));
    void track(settle(entry, run.result).finally(() => forgetOldest(held[machine])));
  }

  async function idle(): Promise<void> {
    while (busy.size > 0) await Promise.all(busy);
  }

  return {
    start,
    async stop(machine, name, cause) {
      held[machine].get(name)?.stop(cause);
    },
    async describe(machine, name) {
      return held[machine].get(name)?.execution;
    },
    idle,
    async close() {
      for (const entries of Object.values(held)) for (const entry of entries.values()) entry.stop('the runtime closes');
      await idle();
    },
  };
}

function machineOf(definition: StateMachineDefinition, retryDelayFactor: number): StateMachine {
  return new StateMachine(waitsAsTasks(withRetryDelays(definition, retryDelayFactor)), {
    validationOptions: { noValidate: true },
  });
}

/** Scaled in the definition, so that the backoff keeps its shape. */
function withRetryDelays(definition: StateMachineDefinition, factor: number): StateMachineDefinition {
  if (factor === 1) return definition;
  const states = Object.entries(definition.States).map(([name, state]) => {
    if (!('Retry' in state) || !state.Retry) return [name, state];
    const retriers = state.Retry.map((retrier) => ({
      ...retrier,
      IntervalSeconds: (retrier.IntervalSeconds ?? 1) * factor,
      ...(retrier.MaxDelaySeconds === undefined ? {} : { MaxDelaySeconds: retrier.MaxDelaySeconds * factor }),
    }));
    return [name, { ...state, Retry: retriers }];
  });
  return { ...definition, States: Object.fromEntries(states) };
}

type JsonValue = Awaited<ReturnType<StateMachine['run']>['result']>;
/** Where a state's calls go, and who remembers that they are under way. */
interface Calls {
  readonly functions: Functions;
  readonly track: <T>(work: Promise<T>) => Promise<T>;
}

type TaskHandler = (parameters: unknown) => Promise<JsonValue>;

function handlersOf(
  definition: StateMachineDefinition,
  { call, wait }: { readonly call: TaskHandler; readonly wait: TaskHandler },
): Record<string, TaskHandler> {
  const tasks = Object.entries(definition.States).flatMap(([name, { Type }]) => {
    if (Type === 'Task') return [[name, call] as const];
    return Type === 'Wait' ? [[name, wait] as const] : [];
  });
  return Object.fromEntries(tasks);
}

function contextOf(machine: MachineName, name: string) {
  return {
    Execution: {
      Id: `${ARN}:execution:${machine}:${name}`,
      Name: name,
      RoleArn: 'arn:aws:iam::000000000000:role/local',
    },
    StateMachine: { Id: `${ARN}:stateMachine:${machine}`, Name: machine },
  };
}

/** One `lambda:invoke` of a state. A call of type `Event` outlives the state, and its failure is nobody's. */
async function invoke(calls: Calls, parameters: unknown, signal: AbortSignal): Promise<{ Payload: JsonValue }> {
  const { FunctionName, Payload, InvocationType } = Invocation.parse(parameters);
  // A stopped execution's last failure may still match a retrier; it must not call again.
  signal.throwIfAborted();
  if (InvocationType === 'Event') {
    void calls.track(calls.functions.invoke(FunctionName, Payload ?? {})).catch(() => undefined);
    return { Payload: '' };
  }
  try {
    const answer = await calls.functions.invoke(FunctionName, Payload ?? {}, { signal });
    const text = JSON.stringify(answer ?? null);
    if (Buffer.byteLength(text) > PAYLOAD_MAX_BYTES) throw tooLarge(FunctionName);
    return { Payload: JSON.parse(text) };
  } catch (error) {
    throw asStepFunctionsSeesIt(error);
  }
}

function tooLarge(functionName: string): Error {
  const error = new Error(
    `'${functionName}' answered with more than ${PAYLOAD_MAX_BYTES} bytes; store it and pass its key`,
  );
  error.name = 'States.DataLimitExceeded';
  return error;
}

function asStepFunctionsSeesIt(error: unknown): Error {
  const seen = new Error(errorMessage(error), { cause: error });
  seen.name = error instanceof PlatformFault ? error.stepFunctionsName : errorName(error);
  return seen;
}

/** The interpreter keeps every event until somebody reads it: unread, a slot's loop would fill the memory. */
async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

async function settle(entry: Held, result: Promise<unknown>): Promise<void> {
  try {
    const output = await result;
    if (entry.execution.status === 'RUNNING') entry.execution = { status: 'SUCCEEDED', output };
  } catch (error) {
    if (entry.execution.status === 'RUNNING') entry.execution = failureOf(error);
  }
}

function failureOf(error: unknown): Execution {
  if (error instanceof ExecutionTimeoutError) return { status: 'TIMED_OUT', error: 'States.Timeout' };
  if (error instanceof ExecutionAbortedError) return { status: 'ABORTED' };
  const failed = error instanceof Error && error.cause ? error.cause : error;
  return { status: 'FAILED', error: errorName(failed), cause: errorMessage(failed) };
}

function forgetOldest(entries: Map<string, Held>): void {
  if (entries.size <= HELD_MAX) return;
  for (const [name, { execution }] of entries) {
    if (execution.status === 'RUNNING') continue;
    entries.delete(name);
    return;
  }
}
