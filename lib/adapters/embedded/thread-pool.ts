import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { errorMessage } from '../../core/foreshard-error.ts';
import type { MemoryMiB } from '../../core/quantity.ts';
import { PlatformFault } from '../platform-fault.ts';
import type { ThreadAnswer, ThreadCall, ThreadStart } from './invocation.ts';
import { watchMemory } from './watch-memory.ts';

export interface ThreadPoolOptions {
  readonly functionName: string;
  /** What a thread may hold, heap and buffers together. */
  readonly memoryMiB: MemoryMiB;
  readonly threadMax: number;
  readonly start: ThreadStart;
  /** Called with what a thread says beside its answers. */
  readonly onMessage: (message: unknown) => void;
}

/** Threads that stand for one function's execution environments. They start with a call and stay for the next. */
export interface ThreadPool {
  /**
   * Runs a call in a thread; when the signal aborts, the thread is terminated and the signal's reason thrown.
   *
   * @throws {PlatformFault} `OutOfMemory` or `WorkerDied`
   */
  run(call: ThreadCall, signal: AbortSignal): Promise<ThreadAnswer>;
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./thread-entry.ts', import.meta.url));
/** An environment that nobody needs for this long goes; Lambda keeps one for some minutes. */
const IDLE_MAX_MS = 120_000;
const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

/**
 * V8's limit lies above the one that is watched, because reaching it may end the process. The young generation is large
 * enough for tasks that make many small objects, and small beside what the watch allows in a tenth of a second.
 */
const heapLimits = (memoryMiB: MemoryMiB) => ({
  maxOldGenerationSizeMb: 2 * memoryMiB + 512,
  maxYoungGenerationSizeMb: 64,
});

/** Starts the threads of one function as calls need them, each within its memory, up to `threadMax`. */
export function threadPool({ functionName, memoryMiB, threadMax, start, onMessage }: ThreadPoolOptions): ThreadPool {
  const pool = new Piscina<ThreadCall, ThreadAnswer>({
    filename: ENTRY,
    name: 'call',
    minThreads: 0,
    maxThreads: threadMax,
    idleTimeout: IDLE_MAX_MS,
    resourceLimits: heapLimits(memoryMiB),
    workerData: start,
    // A thread that waits in Atomics.wait cannot answer its sockets, and finds them closed at the next call.
    atomics: 'disabled',
    recordTiming: false,
  });
  // A thread that dies while it has no call: the next call starts another one.
  pool.on('error', () => undefined);
  pool.on('message', onMessage);
  let evictedCount = 0;
  const watch = watchMemory(
    () => pool.threads,
    memoryMiB,
    (thread) => {
      evictedCount += 1;
      void thread.terminate();
    },
  );
  return {
    async run(call, signal) {
      try {
        return await pool.run(call, { signal });
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        const evicted = evictedCount > 0;
        if (evicted) evictedCount -= 1;
        throw evicted ? outOfMemory(functionName, memoryMiB, cause) : deathOf(cause, functionName, memoryMiB);
      }
    },
    async close() {
      watch[Symbol.dispose]();
      await pool.destroy();
    },
  };
}

function deathOf(cause: unknown, functionName: string, memoryMiB: MemoryMiB): PlatformFault {
  if (cause instanceof Error && 'code' in cause && cause.code === OUT_OF_MEMORY) {
    return outOfMemory(functionName, memoryMiB, cause);
  }
  return new PlatformFault('WorkerDied', `'${functionName}' ended without an answer: ${errorMessage(cause)}`, {
    cause,
  });
}

function outOfMemory(functionName: string, memoryMiB: MemoryMiB, cause: unknown): PlatformFault {
  return new PlatformFault('OutOfMemory', `'${functionName}' needs more than its ${memoryMiB} MiB; use a larger tier`, {
    cause,
  });
}
