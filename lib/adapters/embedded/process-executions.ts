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
import { withRetryDelays } from './with-retry-delays.ts';

export interface ProcessExecutionsOptions<Name extends string> {
  readonly definitions: Readonly<Record<Name, StateMachineDefinition>>;
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

export interface ProcessExecutions<Name extends string = MachineName> extends Executions<Name> {
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
export function processExecutions<Name extends string>(
  options: ProcessExecutionsOptions<Name>,
): ProcessExecutions<Name> {
  const { definitions, functions, retryDelayFactor = 1, clock = systemClock() } = options;
  const machines = machinesOf(definitions, retryDelayFactor);
  const busy = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const done = work.catch(() => undefined).finally(() => busy.delete(done));
    busy.add(done);
    return work;
  };

  async function start(machineName: Name, name: string, input: unknown): Promise<void> {
    const { machine, handlers, held } = machines[machineName];
    if (held.has(name)) return;
    const control = new AbortController();
    const call = (parameters: unknown) => track(invoke({ functions, track }, parameters, control.signal));
    const wait = (parameters: unknown) => waitUntil(parameters, clock, control.signal);
    const run = machine.run(JSON.parse(JSON.stringify(input ?? {})), {
      overrides: { taskResourceLocalHandlers: handlers({ call, wait }) },
      context: contextOf(machineName, name),
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
    held.set(name, entry);
    void track(drain(run.eventLogs));
    void track(settle(entry, run.result).finally(() => forgetOldest(held)));
  }

  async function idle(): Promise<void> {
    while (busy.size > 0) await Promise.all(busy);
  }

  return {
    start,
    async stop(machine, name, cause) {
      machines[machine].held.get(name)?.stop(cause);
    },
    async describe(machine, name) {
      return machines[machine].held.get(name)?.execution;
    },
    idle,
    async close() {
      for (const { held } of Object.values<Machine>(machines)) {
        for (const entry of held.values()) entry.stop('the runtime closes');
      }
      await idle();
    },
  };
}

interface Machine {
  readonly machine: StateMachine;
  /** What stands for its tasks and its waits. */
  readonly handlers: (work: StateWork) => Record<string, TaskHandler>;
  readonly held: Map<string, Held>;
}

function machinesOf<Name extends string>(
  definitions: Readonly<Record<Name, StateMachineDefinition>>,
  retryDelayFactor: number,
): Readonly<Record<Name, Machine>> {
  const machines = Object.entries<StateMachineDefinition>(definitions).map(([name, definition]) => {
    const made = waitsAsTasks(withRetryDelays(definition, retryDelayFactor));
    const machine = new StateMachine(made, { validationOptions: { noValidate: true } });
    const handlers = (work: StateWork) => handlersOf(definition, work);
    return [name, { machine, handlers, held: new Map() }] as const;
  });
  return Object.fromEntries(machines) as Record<Name, Machine>;
}

type JsonValue = Awaited<ReturnType<StateMachine['run']>['result']>;
/** Where a state's calls go, and who remembers that they are under way. */
interface Calls {
  readonly functions: Functions;
  readonly track: <T>(work: Promise<T>) => Promise<T>;
}

type TaskHandler = (parameters: unknown) => Promise<JsonValue>;

interface StateWork {
  readonly call: TaskHandler;
  readonly wait: TaskHandler;
}

/** By the state's name, those inside of a `Map` too. */
function handlersOf({ States }: Pick<StateMachineDefinition, 'States'>, work: StateWork): Record<string, TaskHandler> {
  const handlers = Object.entries(States).flatMap(([name, state]) => {
    if (state.Type === 'Task') return [[name, work.call] as const];
    if (state.Type === 'Wait') return [[name, work.wait] as const];
    return state.Type === 'Map' && state.ItemProcessor ? Object.entries(handlersOf(state.ItemProcessor, work)) : [];
  });
  return Object.fromEntries(handlers);
}

function contextOf(machine: string, name: string) {
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
