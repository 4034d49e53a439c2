import { randomUUID } from 'node:crypto';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { DurationMs, MemoryMiB } from '../../core/quantity.ts';
import type { Functions, InvokeOptions } from '../../ports/functions.ts';
import { PlatformFault } from '../platform-fault.ts';
import type { LocalHandler, ThreadAnswer } from './invocation.ts';
import { type ThreadPool, threadPool } from './thread-pool.ts';

/** A worker function: the part of a `Pool` that matters here. */
interface WorkerPool {
  readonly functionName: string;
  readonly memoryMiB: MemoryMiB;
  readonly slotMax: number;
}

export interface ThreadFunctionsOptions {
  /** Functions that run in this thread: the stages. */
  readonly handlers: ReadonlyMap<string, LocalHandler>;
  /** Functions that run in worker threads. */
  readonly pools: readonly WorkerPool[];
  /** The module that makes a worker thread's function: see `CreateHandler`. */
  readonly entry: URL;
  /** What the entry module is given; it must survive a structured clone. */
  readonly workerData: unknown;
  /**
   * How long a call may take, as a Lambda function's timeout.
   *
   * @default 900,000
   */
  readonly timeoutMs?: DurationMs;
  /** Called with what a worker thread says beside its answers. */
  readonly onThreadMessage?: (message: unknown) => void;
}

export interface ThreadFunctions extends Functions {
  /**
   * Terminates the thread of the function's oldest call, as a lost host would.
   *
   * @returns false when no call was under way
   */
  kill(name: string): boolean;
  /**
   * Terminates the threads of all calls whose function is chosen; each call is chosen by itself.
   *
   * @returns how many
   */
  killWhere(chosen: (name: string) => boolean): number;
  /** Terminates every thread; calls that are under way end as `WorkerDied`. */
  close(): Promise<void>;
}

const LAMBDA_TIMEOUT_MAX_MS = 900_000;
/** Lambda's size for functions that do not need one of their own; these share this process's memory. */
const STAGE_MEMORY_MIB = 1_769;

interface Call {
  readonly control: AbortController;
  readonly awsRequestId: string;
  readonly endsAt: number;
}

interface LocalFunction {
  readonly run: (event: string, call: Call) => Promise<unknown>;
  readonly calls: Set<Call>;
  /** Without one, the function runs as often at once as it is called. */
  readonly concurrencyMax: number;
  reserved: number | undefined;
}

/**
 * Lambda in this process. Stages run in the calling thread; each worker function has its own threads, whose number is
 * its concurrency: a call beyond it is `Throttled` at once, none is queued. Events and answers cross as JSON.
 */
export function threadFunctions(options: ThreadFunctionsOptions): ThreadFunctions {
  const { handlers, pools, entry, workerData, timeoutMs = LAMBDA_TIMEOUT_MAX_MS } = options;
  const start = { entry: entry.href, data: workerData };
  const onMessage = options.onThreadMessage ?? (() => undefined);
  const threads = new Map(
    pools.map(({ functionName, memoryMiB, slotMax }) => [
      functionName,
      threadPool({ functionName, memoryMiB, threadMax: slotMax, start, onMessage }),
    ]),
  );
  const functions = new Map<string, LocalFunction>([
    ...[...handlers].map(([name, handler]) => [name, stageFunction(name, handler)] as const),
    ...pools.map((pool) => [pool.functionName, workerFunction(pool, threads.get(pool.functionName))] as const),
  ]);
  const accountMax = pools.reduce((sum, pool) => sum + pool.slotMax, 0);
  const find = (name: string) => functions.get(name) ?? unknownFunction(name, functions);

  return {
    async invoke(name, payload, invokeOptions) {
      return invoke(name, find(name), { payload, timeoutMs, ...invokeOptions });
    },
    async concurrency(name) {
      return find(name).reserved;
    },
    async reserve(name, concurrency) {
      find(name).reserved = concurrency;
    },
    async limits() {
      const reserved = [...functions.values()].reduce((sum, each) => sum + (each.reserved ?? 0), 0);
      return { accountMax, reservableMax: accountMax, reservableLeft: accountMax - reserved };
    },
    kill(name) {
      const [oldest] = find(name).calls;
      if (oldest) kill(name, oldest);
      return oldest !== undefined;
    },
    killWhere(chosen) {
      const calls = [...functions].flatMap(([name, target]) => [...target.calls].map((call) => ({ name, call })));
      const victims = calls.filter(({ name }) => chosen(name));
      for (const { name, call } of victims) kill(name, call);
      return victims.length;
    },
    async close() {
      for (const [name, { calls }] of functions) {
        for (const { control } of calls) control.abort(new PlatformFault('WorkerDied', `'${name}' is shut down`));
      }
      await Promise.all([...threads.values()].map((pool) => pool.close()));
    },
  };
}

function kill(name: string, { control }: Call): void {
  control.abort(new PlatformFault('WorkerDied', `'${name}' was killed`));
}

function stageFunction(functionName: string, handler: LocalHandler): LocalFunction {
  return {
    calls: new Set(),
    concurrencyMax: Number.POSITIVE_INFINITY,
    reserved: undefined,
    run: async (event, { awsRequestId, endsAt }) =>
      handler(JSON.parse(event), {
        functionName,
        awsRequestId,
        memoryLimitInMB: String(STAGE_MEMORY_MIB),
        getRemainingTimeInMillis: () => endsAt - Date.now(),
      }),
  };
}

function workerFunction({ functionName, memoryMiB, slotMax }: WorkerPool, pool: ThreadPool | undefined): LocalFunction {
  return {
    calls: new Set(),
    concurrencyMax: slotMax,
    reserved: undefined,
    async run(eventJson, { control, awsRequestId, endsAt }) {
      if (!pool) throw new PlatformFault('WorkerDied', `'${functionName}' has no threads`);
      return answerOf(await pool.run({ functionName, awsRequestId, memoryMiB, eventJson, endsAt }, control.signal));
    },
  };
}

/** @throws the error that the function threw, by name and message */
function answerOf(answer: ThreadAnswer): unknown {
  if ('answerJson' in answer) return JSON.parse(answer.answerJson);
  const error = new Error(answer.error.message);
  error.name = answer.error.name;
  if (answer.error.stack) error.stack = answer.error.stack;
  throw error;
}

function unknownFunction(name: string, functions: ReadonlyMap<string, unknown>): never {
  throw new ForeshardError(
    'InvalidInput',
    `there is no function '${name}'; there are ${[...functions.keys()].join(', ')}`,
  );
}

async function invoke(
  name: string,
  target: LocalFunction,
  options: InvokeOptions & { readonly payload: unknown; readonly timeoutMs: DurationMs },
): Promise<unknown> {
  const { payload, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const limit = Math.min(target.concurrencyMax, target.reserved ?? target.concurrencyMax);
  if (target.calls.size >= limit) {
    throw new PlatformFault(
      'Throttled',
      `'${name}' runs ${limit} times already, which is its concurrency; try again later`,
    );
  }
  const control = new AbortController();
  const call = { control, awsRequestId: randomUUID(), endsAt: Date.now() + timeoutMs };
  const late = () => new PlatformFault('ShardTimedOut', `'${name}' took longer than ${timeoutMs} ms`);
  const timer = setTimeout(() => control.abort(late()), timeoutMs);
  const cancel = () => control.abort(signal?.reason);
  signal?.addEventListener('abort', cancel);
  target.calls.add(call);
  try {
    return await untilAborted(target.run(JSON.stringify(payload ?? null), call), control.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    target.calls.delete(call);
  }
}

/** A stage in this thread cannot be ended from outside: its caller stops waiting. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
