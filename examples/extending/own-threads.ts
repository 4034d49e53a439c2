import { Worker } from 'node:worker_threads';
import { type Functions, PlatformFault, type PoolProvider, type ProviderPlace, type WorkerStart } from 'foreshard';

/** A pool provider: worker threads of one's own, one for each call of a pool, kept warm for the next. */
export const ownThreads: PoolProvider = {
  name: 'own threads',
  open({ functions, pools, worker }) {
    if (!worker) return functions;
    const known = new Map(pools.map((pool) => [pool.functionName, environments(pool, worker)]));
    const accountMax = pools.reduce((sum, { slotMax }) => sum + slotMax, 0);
    return {
      invoke: async (name, payload, options) =>
        known.get(name)?.invoke(payload, options) ?? functions.invoke(name, payload, options),
      concurrency: async (name) => known.get(name)?.reserved(),
      reserve: async (name, concurrency) => known.get(name)?.reserve(concurrency),
      async limits() {
        const taken = [...known.values()].reduce((sum, one) => sum + (one.reserved() ?? 0), 0);
        return { accountMax, reservableMax: accountMax, reservableLeft: accountMax - taken };
      },
      async close() {
        await Promise.all([...known.values()].map((one) => one.close()));
      },
    };
  },
};

type Pool = ProviderPlace['pools'][number];
type Options = Parameters<Functions['invoke']>[2];

/** The threads of one pool. */
function environments(pool: Pool, start: WorkerStart) {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let reserved: number | undefined;
  let runningCount = 0;
  const started = () => {
    const thread = new Worker(new URL('./own-thread.ts', import.meta.url), {
      workerData: { entry: start.entry, data: start.data },
      resourceLimits: { maxOldGenerationSizeMb: pool.memoryMiB },
    });
    all.add(thread);
    // also of a thread that ends while nobody waits for it
    thread.on('error', () => undefined);
    thread.on('message', (message) => isAnswer(message) || start.onThreadMessage(message));
    thread.once('exit', () => all.delete(thread));
    return thread;
  };
  return {
    reserved: () => reserved,
    reserve(concurrency: number | undefined) {
      reserved = concurrency;
    },
    async invoke(payload: unknown, { timeoutMs = start.timeoutMs, signal }: Options = {}) {
      signal?.throwIfAborted();
      if (runningCount >= Math.min(pool.slotMax, reserved ?? pool.slotMax)) {
        throw new PlatformFault('Throttled', `'${pool.functionName}' runs ${runningCount} times already; try later`);
      }
      runningCount += 1;
      const thread = idle.pop() ?? started();
      try {
        const answer = await answerOf(thread, pool, { payload, timeoutMs, signal });
        idle.push(thread);
        if ('answerJson' in answer) return JSON.parse(answer.answerJson);
        throw Object.assign(new Error(answer.message), { name: answer.name });
      } finally {
        runningCount -= 1;
      }
    },
    close: () => Promise.all([...all].map((thread) => thread.terminate())),
  };
}

type Answer = { readonly answerJson: string } | { readonly name: string; readonly message: string };

const isAnswer = (message: object): message is { readonly answer: Answer } => 'answer' in message;

interface Call {
  readonly payload: unknown;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What a thread answers, or why it never will: then it has been ended. */
async function answerOf(thread: Worker, { functionName, memoryMiB }: Pool, call: Call): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onMessage = (message: object) => isAnswer(message) && resolve(message.answer);
  const onError = (error: Error) => reject(deathOf(error, functionName));
  const onExit = (code: number) => reject(new PlatformFault('WorkerDied', `'${functionName}' ended with code ${code}`));
  const onAbort = () => reject(call.signal?.reason);
  const late = setTimeout(
    () => reject(new PlatformFault('ShardTimedOut', `'${functionName}' took longer than ${call.timeoutMs} ms`)),
    call.timeoutMs,
  );
  thread.on('message', onMessage).on('error', onError).on('exit', onExit);
  call.signal?.addEventListener('abort', onAbort);
  thread.postMessage({
    functionName,
    memoryMiB,
    eventJson: JSON.stringify(call.payload ?? null),
    endsAt: Date.now() + call.timeoutMs,
  });
  try {
    return await promise;
  } catch (error) {
    await thread.terminate();
    throw error;
  } finally {
    clearTimeout(late);
    thread.off('message', onMessage).off('error', onError).off('exit', onExit);
    call.signal?.removeEventListener('abort', onAbort);
  }
}

function deathOf(error: Error, functionName: string): PlatformFault {
  const name = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'OutOfMemory' : 'WorkerDied';
  return new PlatformFault(name, `'${functionName}' ended without an answer: ${error.message}`, { cause: error });
}
